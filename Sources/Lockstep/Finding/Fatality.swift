// SPDX-License-Identifier: GPL-2.0-only

/// How a subject ended the process that ran it.
public struct Fatality: Codable, Equatable, Sendable {
  /// What became of the process.
  public enum End: Codable, Equatable, Sendable {
    /// This signal ended it.
    case signal(Int32)
    /// The subject left with this status.
    case exit(Int32)
    /// It did not return within so many seconds, and was killed.
    case limit(Double)
  }

  /// How many seconds a call may take, unless a user says otherwise.
  public static let usualLimit = 10.0

  /// The subject, as a user types it.
  public var subject: String
  /// What ended the process.
  public var end: End
  /// What was asked of the subject.
  public var phase: RunProgress.Phase
  /// The operation by which an oracle asked for more, where the subject was in that and not in the
  /// statement's own.
  public var call: String?
  /// No subject was being called: what it did before has its effect outside of it.
  public var isOutside: Bool
  /// Whether recorded observations were at hand: `iopt replay` shows it again.
  public var isReplay: Bool
  /// The scenario was run in a process of its own too, and nothing ended that: it takes what others
  /// did in the process before.
  public var isNotAlone = false
  /// With this one of them in front it ends the process, without it not; nil where that is not known.
  public var culprit: Finding.Place?

  /// An end in a call.
  public init(
    subject: String, end: End, phase: RunProgress.Phase, call: String? = nil,
    isOutside: Bool = false, isReplay: Bool = false
  ) {
    self.subject = subject
    self.end = end
    self.phase = phase
    self.call = call
    self.isOutside = isOutside
    self.isReplay = isReplay
  }

  /// The end in two words at most: a signal's name, `exit 0`, `time limit`.
  public var endName: String {
    switch end {
    case .signal(let number): Self.signalName(number)
    case .exit(let status): "exit \(status)"
    case .limit: "time limit"
    }
  }

  /// What tells one end from another: the last part of the signature.
  public var name: String {
    if isOutside { return "\(endName) outside of calls" }
    return call.map { "\(endName) in \($0)" } ?? endName
  }

  /// The word in signatures for what was asked; nil: the statement's own.
  public var phaseWord: String? {
    if isOutside { return nil }
    return switch phase {
    case .load: "load"
    case .open: "open"
    case .teardown: "teardown"
    case .close: "close"
    case .unknown: "unknown"
    case .operation, .refusal: nil
    }
  }

  private static func signalName(_ number: Int32) -> String {
    let names: [Int32: String] = [
      1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS",
      8: "SIGFPE", 9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 13: "SIGPIPE",
      14: "SIGALRM", 15: "SIGTERM", 24: "SIGXCPU", 25: "SIGXFSZ", 31: "SIGSYS",
    ]
    return names[number] ?? "signal \(number)"
  }
}
