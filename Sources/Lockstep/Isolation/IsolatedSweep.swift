// SPDX-License-Identifier: GPL-2.0-only

/// A sweep whose subjects run in processes of their own. What it knows of its position stands in
/// shared memory; when a subject ends the process, the next one goes on behind what was lost.
public final class IsolatedSweep {
  /// How a sweep in a process of its own speaks.
  public struct Link {
    fileprivate let subjects: IsolatedSubjects
    fileprivate let link: ParentLink

    /// Tells the parent a text.
    public func tell(_ text: String) { link.send(text: Array(text.utf8)) }

    /// Keeps what the engine has counted, for when the process is lost. Domains that are not opened
    /// are left out, where they are what is swept.
    public func settle(_ engine: Engine, withUnopened: Bool = true) {
      var tally = engine.takeTally()
      if !withUnopened { tally.unopened = [:] }
      subjects.settle(tally, link)
    }
  }

  /// Told each text that comes from a process.
  public var onText: (String) -> Void = { _ in }
  private var losses = LossCount()

  private let subjects: IsolatedSubjects

  /// Sweeps the subjects of `plan`; a call into one may take `limit`.
  public init(_ plan: EnginePlan, limit: Duration) {
    subjects = IsolatedSubjects(plan, limit: limit)
    subjects.onText = { [unowned self] in onText(String(decoding: $0, as: UTF8.self)) }
  }

  /// What was run so far.
  public var tally: RunTally { subjects.tally(isRunning: false) }

  /// Runs `body` in a process, and again when that was lost; `lost` is told how and in which
  /// operation, and moves the position on. False when it was lost too often to go on.
  public func run(
    _ body: (Engine, Link) -> Void, lost: (Fatality, Int) -> Void
  ) throws(IsolationError) -> Bool {
    while !losses.isTooMuch {
      let child = try subjects.start { engine, link in
        body(engine, Link(subjects: subjects, link: link))
      }
      let end = try wait(for: child)
      subjects.collect()
      if end == .done { return true }
      losses.add(end)
      lost(
        subjects.fatality(end, nil), Int(subjects.block.pointer.pointee.progress.operation))
    }
    return false
  }

  private func wait(for child: ChildProcess) throws(IsolationError) -> ChildProcess.End {
    while true {
      switch child.next() {
      case .message(let message): try subjects.take(message)
      case .end(let end): return end
      }
    }
  }
}
