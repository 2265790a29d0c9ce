// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

extension Lane {
  /// `configuration` with the release that the lane has in force, whatever single rows it has of
  /// others: what it can be judged by. A kernel tree is what it is, whatever is asked of it.
  public func meant(_ configuration: borrowing iopt_config) -> iopt_config {
    var meant = copy configuration
    release.apply(to: &meant)
    guard subject.isKernelTree, let own = subject.capabilities.onlyRelease else { return meant }
    meant.kernel = own.rawValue
    return meant
  }
}
