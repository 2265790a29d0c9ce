// SPDX-License-Identifier: GPL-2.0-only

extension StringProtocol {
  /// The text as a message shows it: what a terminal obeys or does not show (control and format
  /// characters, line ends) is written as an escape, `\x1b` or `\u{202e}`. One line comes out. A
  /// backslash stays as it is.
  public var printable: String {
    if utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return String(self) }
    var result = ""
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        let digits = String(scalar.value, radix: 16)
        result +=
          scalar == "\n"
          ? "\\n"
          : scalar.value < 0x10
            ? "\\x0\(digits)"
            : scalar.isASCII ? "\\x\(digits)" : "\\u{\(digits)}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
