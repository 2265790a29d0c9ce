// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// A lane of a release with levels, and scenarios of riscv_64's production build, which insists on them
/// there.
@Suite struct HiddenLevelsTests {
  private func finding(
    _ domain: String, _ rest: String, _ side: String, kernel: String, version: Int = 2
  ) throws -> Finding? {
    let text = "iopt \(version)\ndomain format=riscv_64 \(domain) \(rest)"
    let scenario = try readScenarios(bytes: Array(text.utf8), name: "levels")[0].scenario
    let newer = try LaneChoice("\(side),kernel=\(kernel)").lane()
    let engine = Engine.comparing(try LaneChoice(side).lane(), newer)
    defer { engine.close() }
    let found = engine.run(scenario)
    #expect(!engine.wasRefused)
    return found
  }

  /// As of a kernel tree: the driver asks for the feature, and the scenario knows nothing of it.
  @Test(arguments: ["swift", "reference"])
  func aScenarioForAReleaseWithoutLevelsIsToldOfNone(_ side: String) throws {
    let domain = "va=39 oa=56 features=sign_extend,flush_range\n"
    let rest =
      "map 0x0 0x0 0x1000 rw\nunmap 0x0 0x1000\ngather 0 strict\nmap 0x0 0x0 0x1000 rw\n"
      + "unmap_fast 0 0x0 0x1000\niotlb_sync 0\n"
    for kernel in ["7.2", "7.3"] {
      let found = try finding("", domain + rest, side, kernel: kernel, version: 1)
      #expect(found == nil, "\(found?.report ?? "")")
      #expect(try finding("kernel=7.1", domain + rest, side, kernel: kernel) == nil)
    }
  }

  /// It is for a release that insists on the feature, and leaves it out on purpose.
  @Test(arguments: ["swift", "reference"])
  func aScenarioForAReleaseWithLevelsIsNotGivenThem(_ side: String) throws {
    let domain = "va=39 oa=56 features=sign_extend\n"
    #expect(try finding("kernel=7.2", domain, side, kernel: "7.3") == nil)
  }
}
