// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI
import Testing

/// Domains that cannot be opened, each refusal by its errno, on each subject.
@Suite struct InitializationTests {
  /// A configuration and how it is refused.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let subject: Subject
    let name: String
    let errno: Int32
    let domain: DomainConfiguration

    var testDescription: String { "\(subject.name), \(name)" }
  }

  private static func refusals(_ subject: Subject) -> [Refusal] {
    func refused(
      _ name: String, _ errno: Int32, _ format: Format, va: UInt8, oa: UInt8,
      _ features: Features = [], top: UInt32? = nil, build: Build = .production
    ) -> Refusal {
      Refusal(
        subject: subject, name: name, errno: errno,
        domain: DomainConfiguration(
          format: format, va: va, oa: oa, features: features, top: top, build: build))
    }
    let amd: Features = [.dynamicTop, .amdv1EncryptTables, .amdv1ForceCoherence]
    return [
      refused("EINVAL: no input address", EINVAL, .vtdss, va: 0, oa: 52, top: 3),
      refused("EINVAL: no output address", EINVAL, .vtdss, va: 48, oa: 0, top: 3),
      refused("EINVAL: wider than the format", EINVAL, .x8664, va: 58, oa: 52, top: 4),
      refused("EINVAL: output wider than the format", EINVAL, .x8664, va: 48, oa: 53, top: 3),
      refused("EINVAL: no Sv40", EINVAL, .riscv64, va: 40, oa: 56),
      refused("EINVAL: no Sv30", EINVAL, .riscv64, va: 30, oa: 56),
      refused("EINVAL: AMD mode 1 as a top", EINVAL, .amdv1, va: 64, oa: 52, amd, top: 0),
      refused("EINVAL: AMD level 6", EINVAL, .amdv1, va: 64, oa: 52, amd, top: 6),
      refused(
        "EOPNOTSUPP: VT-d with two levels", EOPNOTSUPP, .vtdss, va: 30, oa: 52, top: 1),
      refused(
        "EOPNOTSUPP: x86-64 with three levels", EOPNOTSUPP, .x8664, va: 39, oa: 52, top: 2),
      refused(
        "EOPNOTSUPP: a space wider than a fixed top", EOPNOTSUPP, .vtdss, va: 57, oa: 52, top: 3),
      refused(
        "EOPNOTSUPP: AMD without a feature it insists on", EOPNOTSUPP, .amdv1, va: 64, oa: 52,
        [.dynamicTop, .amdv1EncryptTables], top: 2),
      refused(
        "EOPNOTSUPP: a feature that production leaves out", EOPNOTSUPP, .riscv64, va: 39, oa: 56,
        [.dmaIncoherent]),
      refused(
        "EOPNOTSUPP: a feature without a software bit", EOPNOTSUPP, .riscv64, va: 39, oa: 56,
        [.dmaIncoherent], build: .debug),
      refused(
        "EOPNOTSUPP: sign extension where there is none", EOPNOTSUPP, .vtdss, va: 48, oa: 52,
        [.signExtend], top: 3, build: .debug),
      refused("ENOMEM: a space smaller than an entry", ENOMEM, .vtdss, va: 12, oa: 52, top: 4),
    ]
  }

  @Test(arguments: [Subject.swift, .reference].flatMap(refusals))
  func aConfigurationIsRefusedByItsErrno(_ refusal: Refusal) {
    var failure: DirectDomain.OpenFailure?
    do throws(DirectDomain.OpenFailure) {
      _ = try DirectDomain(refusal.subject, refusal.domain)
    } catch { failure = error }
    #expect(failure?.status == .failed && failure?.errno == refusal.errno, "\(failure as Any)")
  }

  /// The page sizes are those within the output's width: none at all for one page or less.
  @Test(arguments: [Subject.swift, .reference])
  func anOutputOfOnePageHasNoPageSizes(_ subject: Subject) throws {
    let domain = try DirectDomain(
      subject, DomainConfiguration(format: .x8664, va: 48, oa: 12, top: 3))
    #expect(domain.info.pageSizes == 0)
    let response = domain.run(
      .map(iova: 0, pa: 0, length: 0x2000, prot: DirectDomain.readWrite))
    #expect(response.errno == ENXIO)
    domain.expectNoLeak()
  }

  /// A top that may not grow so far is out of range; tables that were stacked for it go back.
  @Test(arguments: [Subject.swift, .reference])
  func beyondWhatTheTopMayGrowToIsOutOfRange(_ subject: Subject) throws {
    let domain = try DirectDomain(
      subject,
      DomainConfiguration(
        format: .amdv1, va: 40, oa: 52, features: [.dynamicTop], top: 1, build: .debug))
    let response = domain.run(
      .map(iova: 1 << 41, pa: 0, length: 0x1000, prot: DirectDomain.readWrite))
    #expect(response.errno == ERANGE)
    #expect(domain.level == 1 && domain.liveTables == 1)
    domain.expectNoLeak()
  }

  /// The debug build says that the page that its bitmap lacks should not be mapped, and maps it as
  /// the production build does.
  @Test(arguments: [Subject.swift, .reference], [Build.production, .debug])
  func aForbiddenSmallPageIsMapped(_ subject: Subject, _ build: Build) throws {
    let domain = try DirectDomain(
      subject,
      DomainConfiguration(
        format: .riscv64, va: 39, oa: 56, pageSizes: 0x20_0000, build: build))
    let response = domain.run(
      .map(iova: 0x1000, pa: 0x2000, length: 0x1000, prot: DirectDomain.readWrite))
    #expect(response.value == 0 && domain.lookup(0x1000) == 0x2000)
    #expect(response.records(.warn).isEmpty == (build == .production))
    domain.expectNoLeak()
  }
}
