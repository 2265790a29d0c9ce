// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Hardware
import Lockstep
import ScenarioLanguage
import Testing

/// One subject on one configuration: what every suite here is parameterised by.
struct Case: Sendable, CustomTestStringConvertible {
  let subject: Subject
  let configuration: NamedConfiguration

  static let all = [Subject.swift, .reference].flatMap { subject in
    StandardConfigurations.all.map { Case(subject: subject, configuration: $0) }
  }

  static func all(where holds: (DomainConfiguration) -> Bool) -> [Case] {
    all.filter { holds($0.configuration.domain) }
  }

  /// Those that start below the level which their width needs, with a top that may grow.
  static let growing = all {
    $0.features.contains(.dynamicTop) && 12 + 9 * Int($0.top! + 1) < Int($0.va)
  }

  var testDescription: String { "\(subject.name), \(configuration.name)" }

  func open() throws -> DirectDomain { try DirectDomain(subject, configuration.domain) }
}

extension DirectDomain {
  static let readWrite: Protection = [.read, .write]

  /// The highest output address: what the width says, without the bit that encryption takes.
  var highestAddress: UInt64 {
    let bits = min(info.oa, configuration.encryptionBit.map(Int.init) ?? 64)
    return (1 << UInt64(bits)) - 1
  }

  /// Where physical pages come from in these suites: an address whose bits are mixed.
  var someAddress: UInt64 { 0x74a7_1445_dead_beef & highestAddress }

  /// The page sizes of which several fit into the lower half of the space, and one into the output
  /// space: AMD's larger ones would code their size over the encryption bit.
  var handyPageSizes: [UInt64] {
    info.pageSizeList.filter { $0 < 1 << UInt64(min(info.va - 3, 62)) && $0 <= highestAddress }
  }

  var smallestPage: UInt64 { info.pageSizeList[0] }

  /// Maps, and expects success.
  func map(
    _ iova: UInt64, _ pa: UInt64, _ length: UInt64, _ prot: Protection = readWrite,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let response = run(.map(iova: iova, pa: pa, length: length, prot: prot))
    #expect(
      response.status == .done && response.value == 0 && response.mapped == length,
      "map \(hex(iova)) \(hex(length)): \(response)", sourceLocation: sourceLocation)
  }

  /// Unmaps and expects `unmapped` bytes, all that was asked for when nil.
  func unmap(
    _ iova: UInt64, _ length: UInt64, expecting unmapped: UInt64? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let response = run(.unmap(iova: iova, length: length))
    #expect(
      response.status == .done && response.value == unmapped ?? length,
      "unmap \(hex(iova)) \(hex(length)): \(response)", sourceLocation: sourceLocation)
  }

  func lookup(_ iova: UInt64) -> UInt64 { run(.iovaToPhys(iova: iova)).value }

  /// Expects the first, last and boundary bytes of a mapping to translate, and the first of every
  /// page, or of every 512th part of it when there are more.
  func expectTranslation(
    _ iova: UInt64, _ pa: UInt64, _ length: UInt64,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let step = max(smallestPage, (length / 512) & ~(smallestPage - 1))
    var offsets = Array(stride(from: 0, to: length, by: UInt64.Stride(step)))
    offsets += [1, smallestPage - 1, length - smallestPage, length - 1]
    for offset in offsets {
      #expect(
        lookup(iova + offset) == pa + offset, "at \(hex(iova + offset))",
        sourceLocation: sourceLocation)
    }
  }

  /// The hardware's view, expected to be a proper tree that holds every live table once.
  func walk(sourceLocation: SourceLocation = #_sourceLocation) -> TableWalk {
    let walk = TableWalk(self)
    #expect(walk.faults.isEmpty, "\(walk.faults)", sourceLocation: sourceLocation)
    #expect(walk.tables.count == liveTables, sourceLocation: sourceLocation)
    return walk
  }

  /// Expects that freeing the domain leaves nothing allocated.
  func expectNoLeak(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(teardown() == 0, sourceLocation: sourceLocation)
  }
}

func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

/// Rounds up to a power of two's multiple.
func aligned(_ value: UInt64, to size: UInt64) -> UInt64 { (value + size - 1) & ~(size - 1) }
