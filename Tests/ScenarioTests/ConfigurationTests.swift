// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// The `domain` and `dma` lines: every argument, both directions, in canonical order.
@Suite struct ConfigurationTests {
  private func read(_ lines: String) throws -> Scenario {
    try readScenarios(bytes: Array((Start.file + lines).utf8), name: "case.iopt")[0].scenario
  }

  static let domains: [(String, DomainConfiguration)] = [
    (
      "domain format=riscv_64 va=39 oa=56 features=none",
      DomainConfiguration(format: .riscv64, va: 39, oa: 56)
    ),
    (
      "domain format=amdv1 va=0 oa=255 features=dma_incoherent,full_va,dynamic_top,sign_extend,"
        + "flush_range,flush_range_no_gaps,amdv1_encrypt_tables,amdv1_force_coherence"
        + " top=4294967295 pgsizes=0xffffffffffffffff cbit=36 build=debug gather=original",
      DomainConfiguration(
        format: .amdv1, va: 0, oa: 255, features: Format.amdv1.expressibleFeatures, top: .max,
        pageSizes: .max, encryptionBit: 36, build: .debug, gather: .original)
    ),
    (
      "domain format=vtdss va=48 oa=52 features=vtdss_force_coherence,vtdss_force_writeable top=0"
        + " pgsizes=0x0 gather=always-add",
      DomainConfiguration(
        format: .vtdss, va: 48, oa: 52, features: [.vtdssForceCoherence, .vtdssForceWriteable],
        top: 0, pageSizes: 0, gather: .alwaysAdd)
    ),
    (
      "domain format=x86_64 va=57 oa=52 features=x86_64_amd_encrypt_tables top=4 cbit=63"
        + " gather=proposed",
      DomainConfiguration(
        format: .x8664, va: 57, oa: 52, features: .x8664AMDEncryptTables, top: 4,
        encryptionBit: 63, gather: .proposed)
    ),
    (
      "domain format=riscv_64 va=57 oa=56 features=riscv_svnapot_64k build=debug gather=merged",
      DomainConfiguration(
        format: .riscv64, va: 57, oa: 56, features: .riscvSvnapot64k, build: .debug,
        gather: .merged)
    ),
  ]

  @Test(arguments: domains)
  func aDomainIsItsLine(_ line: String, _ domain: DomainConfiguration) throws {
    #expect(domain.text == line)
    #expect(try read(line).domain == domain)
  }

  static let layers: [(String, DMAConfiguration)] = [
    (
      "dma queue=percpu cpus=1 size=2 timeout=0 mode=strict limit=0x0",
      DMAConfiguration(
        queue: .perCPU, cpus: 1, ringSize: 2, timeout: 0, mode: .strict, limit: 0)
    ),
    (
      "dma queue=single cpus=256 size=65536 timeout=18446744073709551615 mode=fq"
        + " limit=0xffffffffffffffff pci32",
      DMAConfiguration(
        queue: .single, cpus: 256, ringSize: 65536, timeout: .max, mode: .flushQueue, limit: .max,
        pci32: true)
    ),
  ]

  @Test(arguments: layers)
  func aDMALayerIsItsLine(_ line: String, _ dma: DMAConfiguration) throws {
    #expect(dma.text == line)
    #expect(try read(Self.domains[0].0 + "\n" + line).dma == dma)
  }

  @Test func argumentsComeInAnyOrderAndPrintInOne() throws {
    let scenario = try read(
      "domain gather=merged build=debug cbit=0x2f pgsizes=4096 top=2"
        + " features=amdv1_force_coherence,full_va oa=52 va=0x30 format=amdv1\n"
        + "dma pci32 limit=255 mode=fq timeout=0xa size=0x10 cpus=4 queue=single\n")
    #expect(
      scenario.domain.text
        == "domain format=amdv1 va=48 oa=52 features=full_va,amdv1_force_coherence top=2"
        + " pgsizes=0x1000 cbit=47 build=debug gather=merged")
    #expect(
      scenario.dma?.text
        == "dma queue=single cpus=4 size=16 timeout=10 mode=fq limit=0xff pci32")
  }

  @Test(arguments: Format.allCases) func everyFeatureHasItsFormats(_ format: Format) throws {
    let top = format.takesTop ? " top=1" : ""
    for (bit, name) in Features.names.enumerated() where bit < 12 {
      let line = "domain format=\(format.name) va=39 oa=50 features=\(name)\(top)"
      let isExpressible = format.expressibleFeatures.contains(Features(rawValue: 1 << UInt32(bit)))
      let isCommon = bit < 6
      #expect(isExpressible == (isCommon || "\(name)".hasPrefix("\(format.name)".prefix(5))))
      #expect((faultOfTrace(Array((Start.file + line).utf8)) == nil) == isExpressible)
    }
  }
}
