// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI
import Testing

/// Requests that are refused for what they ask: each errno by name, and nothing changed.
@Suite struct RefusalTests {
  /// A refused request: what it is, and the errno.
  private struct Request {
    var name: String
    var operation: Operation
    var errno: Int32
  }

  private static let readWrite: Protection = [.read, .write]

  private func map(
    _ name: String, _ iova: UInt64, _ pa: UInt64, _ length: UInt64, _ errno: Int32,
    prot: Protection = readWrite
  ) -> [Request] {
    [
      Request(
        name: name, operation: .map(iova: iova, pa: pa, length: length, prot: prot), errno: errno),
      Request(
        name: name, operation: .mapRange(iova: iova, pa: pa, length: length, prot: prot),
        errno: errno),
    ]
  }

  private func refuse(_ requests: [Request], _ domain: DirectDomain) {
    for request in requests {
      let response = domain.run(request.operation)
      #expect(
        response.status == .done && response.errno == request.errno && response.mapped == 0,
        "\(request.name): \(response)")
    }
    #expect(domain.walk().leaves.isEmpty && domain.liveTables == 1)
    domain.expectNoLeak()
  }

  @Test(arguments: Case.all) func mapsOfNothingAreInvalid(_ each: Case) throws {
    let domain = try each.open()
    refuse(
      map("EINVAL: no bytes", 0x1000, 0x1000, 0, EINVAL)
        + map("EINVAL: no access", 0x1000, 0x1000, 0x1000, EINVAL, prot: [.cache, .noExec]), domain)
  }

  /// It is a bug of the caller's, and said to be one.
  @Test(arguments: Case.all) func accessToNothingWarns(_ each: Case) throws {
    let domain = try each.open()
    let response = domain.run(.map(iova: 0, pa: 0, length: 0x1000, prot: []))
    #expect(response.records(.warn).count == 1)
    domain.expectNoLeak()
  }

  @Test(arguments: Case.all) func rangesThatWrapOverflow(_ each: Case) throws {
    let domain = try each.open()
    refuse(
      map("EOVERFLOW: past 2^64", .max - 0xfff, 0x1000, 0x2000, EOVERFLOW)
        + map("EOVERFLOW: more than all of it", 0x2000, 0x1000, .max & ~0xfff, EOVERFLOW), domain)
  }

  @Test(arguments: Case.all) func outputAddressesBeyondTheWidthAreOutOfRange(_ each: Case) throws {
    let domain = try each.open()
    let width: UInt64 = 1 << UInt64(domain.info.oa)
    refuse(
      map("ERANGE: output", 0x1000, width, 0x1000, ERANGE)
        + map("ERANGE: output at the top", 0x1000, .max & ~0xfff, 0x1000, ERANGE), domain)
  }

  @Test(arguments: Case.all { $0.va < 64 }) func rangesBeyondTheApertureAreOutOfRange(
    _ each: Case
  ) throws {
    let domain = try each.open()
    let signExtends = domain.info.features.contains(.signExtend)
    let past: UInt64 = 1 << UInt64(domain.info.va)
    var requests = map("ERANGE: past the space", past, 0, 0x1000, ERANGE)
    requests += map("ERANGE: across its end", past - 0x1000, 0, 0x2000, ERANGE)
    if signExtends {
      requests += map("ERANGE: in the hole", domain.info.last + 1, 0, 0x1000, ERANGE)
      requests += map(
        "ERANGE: in the hole's upper part", ~domain.info.last << 2, 0, 0x1000, ERANGE)
    }
    refuse(requests, domain)
  }

  @Test(arguments: Case.all) func misalignedRequestsHaveNoPageSize(_ each: Case) throws {
    let domain = try each.open()
    refuse(
      map("ENXIO: IOVA", 0x1800, 0x1000, 0x1000, ENXIO)
        + map("ENXIO: IOVA of several pages", 0x1800, 0x1000, 0x3000, ENXIO)
        + map("ENXIO: output", 0x1000, 0x1800, 0x1000, ENXIO)
        + map("ENXIO: output of several pages", 0x1000, 0x1001, 0x3000, ENXIO)
        + map("ENXIO: less than a page", 0x1000, 0x1000, 0x800, ENXIO)
        + map("ENXIO: one byte", 0x1000, 0x1000, 1, ENXIO), domain)
  }

  /// An unmap has no errno: it removes nothing.
  @Test(arguments: Case.all) func refusedUnmapsRemoveNothing(_ each: Case) throws {
    let domain = try each.open()
    domain.map(0, 0x5000, 0x1000)
    for (iova, length) in [(0, 0), (0x2000, .max & ~0xfff)] as [(UInt64, UInt64)] {
      domain.unmap(iova, length, expecting: 0)
      let response = domain.run(.unmapFast(gather: 2, iova: iova, length: length))
      #expect(response.value == 0)
      #expect(
        response.records(.gather).map(\.arguments) == [[2, .max, 0, 0]],
        "the gather is not touched")
    }
    #expect(domain.lookup(0) == 0x5000)
    domain.expectNoLeak()
  }

  @Test(arguments: Case.all { $0.format == .amdv1 || $0.format == .vtdss })
  func dirtyTrackingRefusesRanges(_ each: Case) throws {
    let domain = try each.open()
    func read(_ iova: UInt64, _ length: UInt64) -> Int32? {
      domain.run(.readAndClearDirty(gather: 0, iova: iova, length: length, keep: false)).errno
    }
    #expect(read(0, 0) == EINVAL)
    #expect(read(.max - 0xfff, 0x2000) == EOVERFLOW)
    if domain.info.va < 64 {
      let past: UInt64 = 1 << UInt64(domain.info.va)
      #expect(read(past, 0x1000) == ERANGE)
      #expect(domain.run(.setDirty(iova: past)).errno == ERANGE)
    }
    #expect(domain.run(.setDirty(iova: 0)).errno == ENOENT)
    domain.expectNoLeak()
  }

  @Test(arguments: Case.all { $0.format == .riscv64 || $0.format == .x8664 })
  func formatsWithoutDirtyBitsDoNotSupportThem(_ each: Case) throws {
    let domain = try each.open()
    domain.map(0, 0, 0x1000)
    #expect(domain.run(.setDirty(iova: 0)).errno == EOPNOTSUPP)
    #expect(domain.run(.setDirty(iova: .max)).errno == EOPNOTSUPP)
    #expect(
      domain.run(.readAndClearDirty(gather: 0, iova: 0, length: 0, keep: true)).errno
        == EOPNOTSUPP)
    domain.expectNoLeak()
  }
}
