// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

extension ExhaustiveSweep {
  /// Where a sweep stands, in memory that outlives the process that sweeps.
  public final class Position {
    let state = SharedMemory(State())
    /// One for each configuration that is swept.
    let cursors: SharedMemory<Cursor>
    /// Another process may have to go on from here.
    let isShared: Bool

    /// The beginning. `isShared`: the sequence at hand is kept too.
    public init(_ configurations: [NamedConfiguration], isShared: Bool = false) {
      cursors = SharedMemory(Cursor(), count: configurations.count)
      self.isShared = isShared
    }

    /// What was run so far.
    public var tally: Tally { state.pointer.pointee.tally }

    /// Takes the sequence at hand for one in which something is wrong, from its operation `index` on,
    /// and moves on to one that does not begin so; nil when none was begun.
    public func pass(operation index: Int) -> Scenario? {
      let state = state.pointer
      guard state.pointee.count > 0 else { return nil }
      state.pointee.tally.sequences += 1
      state.pointee.tally.divergences += 1
      defer {
        state.pointee.count = 0
        cursors.pointer[state.pointee.track].step(past: index + 1)
      }
      return Scenario(
        domain: DomainConfiguration(state.pointee.configuration),
        operations: (0..<state.pointee.count).map { Operation(state.pointee.operations[$0]) })
    }
  }

  struct State: BitwiseCopyable {
    var tally = Tally()
    /// Of the sequences that are run; 0: none was begun.
    var length = 0
    /// The configuration's number among those that are swept.
    var track = 0
    // The sequence at hand.
    var configuration = iopt_config()
    var operations: InlineArray<16, iopt_op> = .init(repeating: iopt_op())
    var count = 0

    mutating func keep(_ lowered: borrowing LoweredScenario) {
      configuration = lowered.configuration
      for index in 0..<lowered.count { operations[index] = lowered.operations[index] }
      count = lowered.count
    }
  }

  /// Counts through all sequences of `length` choices.
  struct Cursor: BitwiseCopyable {
    var length = 0
    var choices = 0
    var digits: InlineArray<16, Int> = .init(repeating: 0)
    var isDone = true

    init() {}

    init(length: Int, choices: Int) {
      self.length = length
      self.choices = choices
      isDone = false
    }

    /// On to the next sequence that differs within its first `used` operations: where a scenario
    /// ended early, what would have followed does not matter.
    mutating func step(past used: Int) {
      var digit = max(used, 1) - 1
      for later in digit + 1..<max(length, digit + 1) { digits[later] = 0 }
      while true {
        digits[digit] += 1
        if digits[digit] < choices { return }
        digits[digit] = 0
        if digit == 0 { break }
        digit -= 1
      }
      isDone = true
    }
  }
}
