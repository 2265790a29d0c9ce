// SPDX-License-Identifier: GPL-2.0-only

/// What a subject answered to one request. Raw values are the ABI's `enum iopt_status`.
public enum SubjectStatus: UInt32, Sendable {
  case done = 0
  case crashed = 1
  case failed = 2
  case refused = 3

  /// What reports call it.
  public var word: String {
    switch self {
    case .done: "done"
    case .crashed: "crash"
    case .failed: "initialisation failed"
    case .refused: "refused"
    }
  }
}
