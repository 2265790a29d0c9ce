// SPDX-License-Identifier: GPL-2.0-only
import Contract
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI
import Testing

/// What the contract says of answers that are wrong: written by hand, as no subject gives them.
@Suite struct BrokenContractTests {
  /// A log that holds the one record of an answer.
  private final class AnswerLog {
    var log = iopt_log()
    private let words = UnsafeMutablePointer<UInt64>.allocate(capacity: 16)

    init() { log.words = words }
    deinit { words.deallocate() }

    var view: RecordView {
      RecordView(UnsafeBufferPointer(start: words, count: Int(log.count)))
    }

    func set(_ value: UInt64, _ mapped: UInt64) {
      words[0] = iopt_event_header(IOPT_EVENT_RET.rawValue, 2)
      words[1] = value
      words[2] = mapped
      log.count = 3
    }
  }

  private static let domain = DomainConfiguration(
    format: .riscv64, va: 39, oa: 56, features: [.signExtend, .flushRange])
  private let answer = AnswerLog()
  private var contract: PageTableContract

  init() throws {
    contract = PageTableContract(Self.domain, try DirectDomain(.swift, Self.domain).info)
    try #require(
      judge(.map(iova: 0x1000, pa: 0x8000, length: 0x3000, prot: [.read]), 0, 0x3000) == .kept)
  }

  private mutating func judge(
    _ operation: Operation, _ value: UInt64, _ mapped: UInt64 = 0, status: SubjectStatus = .done
  ) -> PageTableContract.Verdict {
    answer.set(value, mapped)
    return contract.judge(operation.lowered(pieces: nil), status, answer.view)
  }

  private mutating func isBroken(
    _ operation: Operation, _ value: UInt64, _ mapped: UInt64 = 0, status: SubjectStatus = .done
  ) -> Bool {
    if case .broken = judge(operation, value, mapped, status: status) { true } else { false }
  }

  private static func errno(_ number: Int64) -> UInt64 { UInt64(bitPattern: -number) }

  @Test mutating func anUnmapOfAPageLess() {
    #expect(isBroken(.unmap(iova: 0x1000, length: 0x3000), 0x2000))
  }

  @Test mutating func anUnmapOfAPageMore() {
    #expect(isBroken(.unmap(iova: 0x1000, length: 0x3000), 0x4000))
    #expect(isBroken(.unmap(iova: 0x1000, length: 0x2000), 0x20_0000))
  }

  @Test mutating func anUnmapOfWhatIsNotMapped() {
    #expect(isBroken(.unmap(iova: 0x10_0000, length: 0x1000), 0x1000))
    #expect(isBroken(.unmap(iova: 0x1000, length: 0), 0x3000))
  }

  @Test mutating func aLookupOffByAPage() {
    #expect(judge(.iovaToPhys(iova: 0x1fff), 0x8fff) == .kept)
    #expect(isBroken(.iovaToPhys(iova: 0x1fff), 0x9fff))
    #expect(isBroken(.iovaToPhys(iova: 0x1fff), 0))
    #expect(isBroken(.iovaToPhys(iova: 0x4000), 0xb000))
    #expect(isBroken(.iovaToPhys(iova: 0x4000), Self.errno(34)))
  }

  @Test mutating func aMapOverAMapping() {
    #expect(
      isBroken(.map(iova: 0x3000, pa: 0, length: 0x2000, prot: [.read]), 0, 0x2000))
    #expect(
      judge(.map(iova: 0x3000, pa: 0, length: 0x2000, prot: [.read]), Self.errno(98)) == .kept)
  }

  @Test mutating func aRefusalWithoutReason() {
    let free = Operation.map(iova: 0x10_0000, pa: 0, length: 0x2000, prot: [.read])
    for number in [12, 22, 34, 6, 75, 98, 14] as [Int64] {
      #expect(isBroken(free, Self.errno(number)), "errno \(number)")
    }
  }

  @Test mutating func anotherErrnoThanTheReasons() {
    let wraps = Operation.map(iova: .max - 0xfff, pa: 0, length: 0x2000, prot: [.read])
    #expect(isBroken(wraps, Self.errno(34)))
    #expect(judge(wraps, Self.errno(75)) == .kept)
  }

  @Test mutating func aMapThatSaysItMappedLess() {
    #expect(isBroken(.map(iova: 0x10_0000, pa: 0, length: 0x2000, prot: [.read]), 0, 0x1000))
  }

  @Test mutating func aPartialMapPastWhatIsInTheWay() {
    let blocked = Operation.mapRange(iova: 0, pa: 0, length: 0x5000, prot: [.read])
    #expect(isBroken(blocked, Self.errno(98), 0x2000))
    #expect(judge(blocked, Self.errno(98), 0x1000) == .kept)
    #expect(judge(.iovaToPhys(iova: 0xfff), 0xfff) == .kept)
  }

  @Test mutating func anUnwoundMapThatLeftSomething() {
    #expect(
      isBroken(.map(iova: 0, pa: 0, length: 0x5000, prot: [.read]), Self.errno(98), 0x1000))
  }

  @Test mutating func aCrash() {
    #expect(isBroken(.unmap(iova: 0x1000, length: 0x1000), 0, status: .crashed))
    #expect(
      isBroken(.map(iova: 0x10_0000, pa: 0, length: 0x1000, prot: [.read]), 0, status: .crashed))
  }
}
