// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Log
import ScenarioLanguage
import Testing

/// A domain whose table memory is known as it was at each event: from the stores alone that the
/// subject told in front of it.
final class TracedDomain {
  /// An event, and what had been stored before it.
  struct Moment {
    let event: Response.Record
    fileprivate let words: [UInt64: UInt64]

    /// The word at a physical address.
    subscript(pa: UInt64) -> UInt64 { words[pa] ?? 0 }

    /// The table with a word of this value.
    func table(holding value: UInt64) -> UInt64? {
      words.first { $0.value == value }.map { $0.key & ~0xfff }
    }

    /// The addresses of all words of the table at `pa` that are not 0.
    func used(in pa: UInt64) -> [UInt64] {
      words.filter { $0.value != 0 && $0.key & ~0xfff == pa }.map(\.key).sorted()
    }
  }

  let configuration: DomainConfiguration
  /// What was logged when the domain was opened.
  private(set) var opening: [Moment] = []
  private let lane: Lane
  private var words: [UInt64: UInt64] = [:]
  private var buffer = LoweredScenario()

  init(_ each: Case, changed: (inout Scenario) -> Void = { _ in }) throws {
    var scenario = Scenario(domain: each.configuration.domain)
    changed(&scenario)
    configuration = scenario.domain
    lane = Lane(each.subject)
    lane.log.pointee.stores = 1
    try #require(lane.open(scenario.loweredConfiguration) == .done)
    opening = takeLog()
  }

  deinit { lane.endScenario() }

  var isIncoherent: Bool { configuration.features.contains(.dmaIncoherent) }

  /// The link to a table, as it is once it was written back.
  func link(to pa: UInt64, level: Int) -> UInt64 {
    ExpectedWord(domain: configuration).link(to: pa, level: level, isMarked: isIncoherent)
  }

  /// The top table when the domain was opened, and its level.
  var top: (pa: UInt64, level: Int) {
    let info = opening.last { $0.event.kind == .info }!.event.arguments
    return (info[3], Int(info[4]))
  }

  /// The moments of one operation, the last of them its result.
  @discardableResult
  func run(_ operation: Operation) throws -> [Moment] {
    buffer.removeAll()
    buffer.append(operation)
    try #require(lane.run(buffer.operations) == .done)
    return takeLog()
  }

  @discardableResult
  func map(_ iova: UInt64, _ pa: UInt64, _ length: UInt64) throws -> [Moment] {
    try run(.map(iova: iova, pa: pa, length: length, prot: [.read, .write]))
  }

  private func takeLog() -> [Moment] {
    var moments: [Moment] = []
    for record in lane.records {
      let arguments = Array(record.words.dropFirst())
      if record.isStore {
        for index in 0..<arguments[1] {
          words[arguments[0] + index * 8] = arguments[2] &+ index &* arguments[3]
        }
      } else if let kind = record.kind {
        let event = Response.Record(kind: kind, arguments: arguments)
        moments.append(Moment(event: event, words: words))
      }
    }
    return moments
  }
}

extension [TracedDomain.Moment] {
  /// Those of one kind.
  func at(_ kind: EventKind) -> [TracedDomain.Moment] { filter { $0.event.kind == kind } }

  /// The tables that were allocated, in order.
  var allocated: [UInt64] { at(.alloc).map { $0.event.arguments[0] } }
}
