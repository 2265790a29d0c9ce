// SPDX-License-Identifier: GPL-2.0-only

/// A line of a dump, held until it is known whether the next continues it, as mails break rows.
struct HeldRow {
  private(set) var bytes: [UInt8] = []
  private(set) var number = 0
  /// Bytes in front of it that are not looked at.
  private(set) var indent = 0

  /// Five entries and what stands between.
  private static let mostBytes = 256

  init() {}

  init(_ line: UnsafeBufferPointer<UInt8>, number: Int, indent: Int) {
    bytes = Array(line)
    self.number = number
    self.indent = indent
  }

  /// The line without marks of quotation in front.
  static func unquoted(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    let first = line.firstIndex { !Scan.isSpace($0) && $0 != UInt8(ascii: ">") } ?? line.count
    return UnsafeBufferPointer(rebasing: line[first...])
  }

  /// A row starts here, or what follows one.
  static func isStart(_ line: UnsafeBufferPointer<UInt8>) -> Bool { Scan(line).sees("0x") }

  /// Takes the line in if it continues this one: it has entries alone.
  mutating func takes(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !bytes.isEmpty, !line.isEmpty, bytes.count + line.count < Self.mostBytes else {
      return false
    }
    let isWhole = bytes.contains(UInt8(ascii: "|"))
    let bar = line.firstIndex(of: UInt8(ascii: "|"))
    if isWhole ? bar != nil : bar != 0 { return false }
    if isWhole, !Self.isStart(line) {
      // The rest of a number, which has 16 digits.
      let digits = bytes.reversed().prefix { $0 != UInt8(ascii: "x") }.count
      var rest = Scan(line)
      guard digits < 16, rest.hexadecimal() != nil, rest.isAtEnd || Scan.isSpace(rest.at.pointee)
      else { return false }
      bytes += line
      return true
    }
    bytes += [UInt8(ascii: "\t")] + line
    return true
  }
}
