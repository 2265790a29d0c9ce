// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Names of inputs: which files of a folder are some, and which names can be restored anywhere.
enum InputName {
  /// Bytes of the longest name (`NAME_MAX` of Linux).
  static let longest = 255

  private static let texts = [".iopt", ".iopt.gz"]
  private static let others = [".txt", ".log"]

  /// Whether a file of this name holds scenarios in text.
  static func isText(_ name: String) -> Bool { texts.contains { ends(name, $0) } }

  /// Whether a file of this name is a report or a log.
  static func isReport(_ name: String) -> Bool { others.contains { ends(name, $0) } }

  /// Why no input of a pack may have this name, or nil. Looked at byte by byte: a character may
  /// consist of a slash and an accent.
  static func fault(_ name: some BidirectionalCollection<UInt8>) -> String? {
    if name.isEmpty { return "a name has at least one byte" }
    if name.count > longest { return "a name has at most \(longest) bytes" }
    guard let text = String(validating: name, as: UTF8.self) else { return "it is not UTF-8" }
    if name.contains(where: { $0 < 0x20 || $0 == 0x7f }) { return "it has control characters" }
    if name.contains(UInt8(ascii: "/")) { return "it leads to another folder" }
    if name.first == UInt8(ascii: ".") { return "it is hidden" }
    if TemporaryFile.isNameOfOne(text) { return "it is that of a temporary file" }
    if isText(text) || isReport(text) { return "it is that of a text" }
    return nil
  }

  private static func ends(_ name: String, _ suffix: String) -> Bool {
    name.utf8.reversed().starts(with: suffix.utf8.reversed())
  }
}
