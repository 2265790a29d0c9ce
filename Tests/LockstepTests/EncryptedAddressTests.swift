// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

@testable import Lockstep

/// AMD's format writes a leaf's size as ones below its address; an encryption bit among them makes
/// the leaf look larger.
@Suite struct EncryptedAddressTests {
  /// 128 items of 1 GiB, from the 128th on, whose addresses have bits 36 and 37, or more, after 24
  /// ones: they look like one leaf of all the table, or of many.
  private func failingMap(cbit: Int, top: Int, pa: String, length: String) -> String {
    """
    iopt 2
    domain format=amdv1 kernel=7.3 va=64 oa=52 features=none top=\(top) cbit=\(cbit) build=debug
    gather 0 strict
    map 0x40000000 \(pa) \(length) w
    set_dirty 0x2000000000
    read_and_clear_dirty 0 0x0 0xffffffffff clear
    unmap 0x40000000 0x3fc0000000

    """
  }

  @Test(arguments: [36, 37, 38], ["0x40000000", "0x7fff40000000", "0xfffc040000000"])
  func aLeafThatLooksLargerThanItsTableIsClearedToTheTablesEnd(cbit: Int, pa: String) throws {
    for (top, length) in [
      (2, "0x3fc0000400"), (3, "0x3fc0000400"), (3, "0xffc0000400"), (3, "0x3fc0000000"),
    ] {
      let text = failingMap(cbit: cbit, top: top, pa: pa, length: length)
      let engine = Engine.comparing(Lane(.swift), Lane(.reference))
      #expect(try engine.run(scenario(text), file: "case.iopt") == nil, "\(text)")
    }
  }
}
