// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension Narrowing {
  /// Fits scenarios to what the subjects of all `lanes` can do.
  public init(_ lanes: [Lane]) {
    self.init(lanes.map { Party(name: $0.label, capabilities: $0.capabilities) })
  }
}

extension Lane {
  /// What the lane's subject can do with what was chosen for it: where a revision is put in force,
  /// what the domain line says of it does not matter.
  public var capabilities: Capabilities {
    var own = subject.capabilities
    if gather != nil { own.revisions = .max }
    if let kernel = release.kernel, own.meet(.kernel(kernel)) { own.kernels = .max }
    return own
  }
}
