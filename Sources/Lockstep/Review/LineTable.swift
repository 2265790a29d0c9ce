// SPDX-License-Identifier: GPL-2.0-only

/// Where the lines of source files are in a shared object: its line number information, as version 4
/// of DWARF writes it ("6.2 Line Number Information"). Units of another version are left out.
struct LineTable {
  /// Where code of a line begins.
  struct Row {
    var address: UInt64
    var file: String
    var line: Int
  }

  /// In the order in which the object has them.
  private(set) var rows: [Row] = []
  private var reader: ByteReader
  private let isWanted: (String) -> Bool
  private let folder: String

  /// Reads the rows of files whose path is wanted; nil when the bytes are no such object. Paths are
  /// without detours (`a/../`), and those in `folder`, where the compiler was run, begin behind it.
  init?(object: [UInt8], folder: String, isWanted: @escaping (String) -> Bool) {
    guard let section = ByteReader.section(".debug_line", of: object) else { return nil }
    reader = ByteReader(object[section])
    self.isWanted = isWanted
    self.folder = folder + "/"
    while !reader.isAtEnd { unit() }
  }

  private mutating func unit() {
    let length = Int(reader.number(4))
    // What is longer is in the 64-bit form, which no compiler writes here.
    guard length > 0, length < 0xffff_fff0 else { return reader.skipAll() }
    let end = reader.position + length
    if reader.number(2) == 4 {
      program(header(), end)
    }
    reader.move(to: end)
  }

  private struct Header {
    var minimumLength = 1
    var lineBase = 0
    var lineRange = 1
    var operandCounts: [UInt64] = []
    /// By number, the first one being 1; nil where nobody asks for it.
    var files: [String?] = [nil]
  }

  private mutating func header() -> Header {
    var header = Header()
    let length = Int(reader.number(4))
    let start = reader.position + length
    header.minimumLength = Int(reader.number(1))
    // How many operations an instruction has, and whether a row begins a statement.
    reader.skip(2)
    header.lineBase = Int(Int8(truncatingIfNeeded: reader.number(1)))
    header.lineRange = max(1, Int(reader.number(1)))
    let base = reader.number(1)
    header.operandCounts = [0]
    for _ in 1..<max(1, base) { header.operandCounts.append(reader.number(1)) }
    var folders = [""]
    while case let name = reader.text(), !name.isEmpty { folders.append(name) }
    while case let name = reader.text(), !name.isEmpty {
      let folder = folders[min(Int(reader.unsigned() & 0xffff), folders.count - 1)]
      _ = (reader.unsigned(), reader.unsigned())
      let path = plain(name.hasPrefix("/") || folder.isEmpty ? name : "\(folder)/\(name)")
      header.files.append(isWanted(path) ? path : nil)
    }
    reader.move(to: start)
    return header
  }

  /// `a/b/../c` is `a/c`, in the compiler's folder or out of it.
  private func plain(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    let whole = (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    return whole.hasPrefix(folder) ? String(whole.dropFirst(folder.count)) : whole
  }

  /// The registers of the machine that a line number program runs on.
  private struct Registers {
    var address: UInt64 = 0
    var file = 1
    var line = 1
  }

  private mutating func program(_ header: Header, _ end: Int) {
    var registers = Registers()
    while reader.position < end {
      let code = Int(reader.number(1))
      if code >= header.operandCounts.count {
        let special = code - header.operandCounts.count
        advance(&registers, special, header)
        registers.line += header.lineBase + special % header.lineRange
        emit(registers, header)
      } else if code == 0 {
        extended(&registers)
      } else {
        standard(code, &registers, header)
      }
    }
  }

  private func advance(_ registers: inout Registers, _ special: Int, _ header: Header) {
    registers.address &+= UInt64(special / header.lineRange * header.minimumLength)
  }

  private mutating func standard(_ code: Int, _ registers: inout Registers, _ header: Header) {
    switch code {
    case 1: emit(registers, header)
    case 2: registers.address &+= reader.unsigned() &* UInt64(header.minimumLength)
    case 3: registers.line &+= reader.signed()
    case 4: registers.file = Int(truncatingIfNeeded: reader.unsigned() & 0xffff_ffff)
    case 8: advance(&registers, 255 - header.operandCounts.count, header)
    case 9: registers.address &+= reader.number(2)
    default: for _ in 0..<header.operandCounts[code] { _ = reader.unsigned() }
    }
  }

  private mutating func extended(_ registers: inout Registers) {
    let length = Int(truncatingIfNeeded: reader.unsigned() & 0xffff_ffff)
    let next = reader.position + length
    switch length == 0 ? 0 : reader.number(1) {
    case 1: registers = Registers()
    case 2: registers.address = reader.number(8)
    default: break
    }
    reader.move(to: next)
  }

  private mutating func emit(_ registers: Registers, _ header: Header) {
    guard header.files.indices.contains(registers.file), let file = header.files[registers.file],
      registers.line > 0
    else { return }
    rows.append(Row(address: registers.address, file: file, line: registers.line))
  }
}
