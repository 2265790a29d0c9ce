// SPDX-License-Identifier: GPL-2.0-only
import FoundationEssentials

/// Prints one JSON value and a line end.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
