// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension AllocationSweep {
  /// Where a sweep stands, in memory that outlives the process that sweeps.
  public final class Position {
    private struct State: BitwiseCopyable {
      var tally = Tally()
      /// Bytes of the text.
      var count = 0
    }

    private let state = SharedMemory(State())
    /// The scenario that is run.
    private let text: SharedMemory<UInt8>?
    /// Longer ones are not kept.
    private static let room = 4 << 20

    /// The beginning. `isShared`: the scenario at hand is kept too.
    public init(isShared: Bool = false) {
      text = isShared ? SharedMemory(0, count: Self.room) : nil
    }

    /// What was run so far.
    public internal(set) var tally: Tally {
      get { state.pointer.pointee.tally }
      set { state.pointer.pointee.tally = newValue }
    }

    func note(_ scenario: Scenario) {
      guard let text else { return }
      let bytes = Array(scenario.text.utf8)
      let count = min(bytes.count, Self.room)
      state.pointer.pointee.count = 0
      text.pointer.update(from: bytes, count: count)
      state.pointer.pointee.count = count
    }

    /// The scenario that ran when its process was lost: a fault. nil when none did.
    public func pass() -> Scenario? {
      guard let text, state.pointer.pointee.count > 0 else { return nil }
      let bytes = Array(
        UnsafeBufferPointer(start: text.pointer, count: state.pointer.pointee.count))
      state.pointer.pointee.count = 0
      tally.faults += 1
      return (try? readScenarios(bytes: bytes, name: ""))?.first?.scenario
    }
  }
}

extension AllocationSweep.Fault {
  /// For another process: what is wrong in a line, then the scenario.
  public var message: String {
    let head =
      switch self {
      case .differs: "differs"
      case .differsWhenOpened: "open"
      case .leaks(_, let side, let tables):
        "leaks \(tables.map { "\($0)" }.joined(separator: ",")) \(side)"
      case .changesMappings(_, let side, let operation): "mappings \(operation) \(side)"
      }
    return "\(head)\n\(scenario.text)"
  }

  /// nil for what is no message.
  public init?(message: String) {
    let parts = message.split(separator: "\n", maxSplits: 1)
    guard parts.count == 2,
      let read = try? readScenarios(bytes: Array(parts[1].utf8), name: ""),
      let scenario = read.first?.scenario
    else { return nil }
    let words = parts[0].split(separator: " ", maxSplits: 2).map(String.init)
    switch (words[0], words.count) {
    case ("differs", 1): self = .differs(scenario)
    case ("open", 1): self = .differsWhenOpened(scenario)
    case ("leaks", 3):
      self = .leaks(
        scenario, side: words[2], tables: words[1].split(separator: ",").compactMap { UInt64($0) })
    case ("mappings", 3):
      guard let operation = Int(words[1]) else { return nil }
      self = .changesMappings(scenario, side: words[2], operation: operation)
    default: return nil
    }
  }
}
