// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension HardwareProperty {
  /// A leaf is otherwise than was asked.
  public static let attributes = HardwareProperty(
    "attributes",
    "A leaf has the rights, the memory type, the snooping and the encryption that its mapping and its"
      + " domain ask for, as far as its format has them.")
}

extension HardwareJudge {
  /// The first leaf that was written in the operation and is otherwise than it should be.
  func checkAttributes() {
    guard let leaf = cache.attributes.wrong else { return }
    let wanted = leaf.word & ~leaf.mask | leaf.wanted & leaf.mask
    found(
      .attributes, "a leaf",
      "the leaf for \(hex(leaf.iova)) is \(cache.reader.text(leaf.word, level: leaf.level)), and should"
        + " be \(cache.reader.text(wanted, level: leaf.level))")
  }
}
