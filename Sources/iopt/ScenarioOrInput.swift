// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// All scenarios of a file of text, plain or gzip, or else the one that a fuzz input decodes to;
/// `-` is standard input.
func readScenariosOrInput(_ path: String) throws -> [Scenario] {
  let bytes = try readBytes(path)
  guard isScenarioText(bytes) || [".iopt", ".iopt.gz"].contains(where: path.hasSuffix) else {
    return [decode(bytes)]
  }
  return try readScenarios(bytes: bytes, name: path).map(\.scenario)
}

/// Text starts as scenarios do, or holds nothing but characters: a slip of the pen in it should be
/// told, not taken for some fuzz input.
private func isScenarioText(_ bytes: [UInt8]) -> Bool {
  let start = bytes.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
  if start.starts(with: "iopt".utf8) || start.starts(with: "#".utf8) { return true }
  return bytes.allSatisfy { (0x20..<0x7f).contains($0) || (0x9...0xd).contains($0) }
}
