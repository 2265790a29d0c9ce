// SPDX-License-Identifier: GPL-2.0-only
import FoundationEssentials

/// Prints one JSON value and a line end.
func printJSON(_ value: some Encodable) throws {
  print(try jsonText(value), terminator: "")
}

/// One JSON value and a line end; equal values give equal text.
func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}
