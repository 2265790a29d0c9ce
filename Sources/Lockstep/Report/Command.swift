// SPDX-License-Identifier: GPL-2.0-only

/// Command lines that reports tell a reader to type.
enum Command {
  static func replay(_ file: String, _ lane: Lane) -> String {
    "iopt replay \(quoted(file)) --subject \(quoted(lane.subject.specification))"
  }

  static func diff(_ file: String, _ left: Lane, _ right: Lane) -> String {
    "iopt diff \(quoted(file)) --left \(quoted(left.specification))"
      + " --right \(quoted(right.specification))"
  }

  /// The word as a POSIX shell reads it.
  static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-_./=,:@%+".utf8.contains(byte)
      }
    }
    if plain && !word.isEmpty { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }
}
