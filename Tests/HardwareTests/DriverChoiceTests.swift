// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// Names of drivers, and which goes with a domain.
@Suite struct DriverChoiceTests {
  @Test(arguments: [
    "riscv", "riscv-nl", "riscv-s", "riscv-nl-s", "amd", "amd-np", "amd+ats", "amd-np+ats", "vtd",
    "vtd+mamv=0", "vtd+mamv=63+ats", "vtd-caching", "vtd-caching+ats", "shadow", "s390", "exact",
  ])
  func aNameMakesTheDriverOfThatName(name: String) throws {
    let choice = try DriverChoice(parsing: name)
    #expect(choice.name == name)
    #expect(choice.driver(for: domain(.vtdss)).name == name)
  }

  @Test func everyNameHasADriverBehindIt() {
    #expect(DriverName.list == Self.names)
    for name in DriverName.allCases {
      #expect(DriverChoice(name).driver(for: domain(.vtdss)).name == "\(name.word)")
    }
  }

  @Test func optionsComeInAnyOrder() throws {
    #expect(try DriverChoice(parsing: "vtd+ats+mamv=9").name == "vtd+mamv=9+ats")
  }

  static let names =
    "riscv, riscv-nl, riscv-s, riscv-nl-s, amd, amd-np, vtd, vtd-caching, shadow, "
    + "s390 or exact"

  @Test(arguments: [
    ("", "a driver: \(names)"), ("intel", "a driver: \(names)"), ("AMD", "a driver: \(names)"),
    ("riscv+ats", "after `riscv` no option"), ("amd+", "after `amd` `+ats`, once"),
    ("amd+ats+ats", "after `amd` `+ats`, once"),
    ("amd+mamv=9", "after `amd` `+ats`, once"),
    ("vtd,mamv=9", "a driver: \(names)"),
    ("vtd+nl", "after `vtd` `+ats` or `+mamv=N`, once"),
    ("vtd+mamv=1+mamv=2", "after `vtd` `+ats` or `+mamv=N`, once"),
    ("vtd+mamv=", "an address mask after `mamv=`, 0 to 63"),
    ("vtd+mamv=64", "an address mask after `mamv=`, 0 to 63"),
    ("vtd+mamv=09", "an address mask after `mamv=`, 0 to 63"),
    ("vtd+mamv=-0", "an address mask after `mamv=`, 0 to 63"),
  ])
  func aWrongNameIsToldWhatWasExpected(name: String, expected: String) {
    let error = #expect(throws: DriverNameError.self) { try DriverChoice(parsing: name) }
    let drivers = expected.hasPrefix("after") ? " (drivers: \(Self.names))" : ""
    #expect(error?.expected == expected + drivers)
  }

  @Test func theNaturalDriverIsTheFormats() {
    let natural = { DriverChoice.natural(for: $0).name }
    #expect(natural(domain(.riscv64)) == "riscv")
    #expect(natural(domain(.vtdss)) == "vtd")
    #expect(natural(domain(.amdv1, .flushRange)) == "amd")
    #expect(natural(domain(.amdv1, .flushRangeNoGaps)) == "amd-np")
    #expect(natural(domain(.x8664, [.signExtend, .flushRangeNoGaps])) == "vtd")
    #expect(natural(domain(.x8664, .flushRangeNoGaps)) == "amd-np")
    #expect(natural(domain(.x8664)) == "amd")
  }

  @Test func whatADriverAsksForIsOfItsKind() throws {
    for release in Kernel.allCases {
      for request in DriverRequest.all(of: release) {
        var domain = request.domain
        domain.hasSyncMap = true
        let choice = DriverChoice.natural(for: domain)
        #expect(choice.isOfItsKind(domain), "\(request.name) of \(release.name)")
        domain.va -= 1
        #expect(!choice.isOfItsKind(domain), "\(request.name) of \(release.name)")
      }
    }
  }

  @Test func whatADriverWouldNeverMakeIsToldWhy() throws {
    func why(_ name: String, _ domain: DomainConfiguration) throws -> String? {
      try DriverChoice(parsing: name).unlikeness(domain)
    }
    var own = DriverRequest.all(of: .linux7_3).first { $0.domain.format == .vtdss }!.domain
    #expect(try why("vtd+mamv=9", own) == nil && why("exact", own) == nil)
    #expect(try why("riscv", own) == "its tables are riscv_64")
    #expect(try why("amd", own) == "its tables are amdv1 or x86_64")
    #expect(try why("vtd-caching", own) == "it asks for sync_map")
    #expect(try why("shadow", own) == "it asks for flush_range_no_gaps")
    #expect(try why("s390", own) == "its own tables are of another format")
    own.oa = 46
    own.features = []
    #expect(try why("vtd", own) == "it asks for oa=52, flush_range")
  }

  @Test func theReleaseDecidesWhatIsOfItsKindAndWhatIsSent() throws {
    var riscv = DriverRequest.all(of: .linux7_2).first { $0.domain.format == .riscv64 }!.domain
    let choice = DriverChoice.natural(for: riscv)
    #expect(choice.isOfItsKind(riscv))
    #expect(!choice.isOfItsKind(riscv, release: .linux7_1))
    let call = DriverCall.sync(0, 0xfff)
    #expect(choice.driver(for: riscv).reaches(call) == [.everything])
    #expect(choice.driver(for: riscv, release: .linux7_1).reaches(call) != [.everything])
    riscv.kernel = nil
    #expect(choice.driver(for: riscv).reaches(call) != [.everything])
  }

  @Test func whatCachesAbsenceNeedsItsSyncMap() throws {
    let request = DriverRequest.all(of: .linux7_3).first {
      $0.domain.format == .amdv1 && $0.domain.features.contains(.flushRangeNoGaps)
    }
    var domain = request!.domain
    domain.hasSyncMap = true
    #expect(try DriverChoice(parsing: "amd-np").isOfItsKind(domain))
    #expect(try !DriverChoice(parsing: "amd").isOfItsKind(domain))
    domain.hasSyncMap = false
    #expect(try !DriverChoice(parsing: "amd-np").isOfItsKind(domain))
  }
}
