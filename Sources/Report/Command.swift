// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Lockstep

/// Command lines that reports tell a reader to type.
enum Command {
  /// What shows a finding again.
  static func reproduce(_ finding: Finding) -> String {
    let file = quoted(finding.place.file)
    let subjects = finding.subjects.map(quoted)
    if case .process(let fatality) = finding.evidence { return reproduce(fatality, file, subjects) }
    switch finding.oracle {
    case .trace: return "iopt replay \(file) --subject \(subjects[0])"
    case .comparison: return "iopt diff \(file) --left \(subjects[0]) --right \(subjects[1])"
    case .abi where subjects.count == 2:
      return "iopt diff \(file) --left \(subjects[0]) --right \(subjects[1])"
    case .abi where finding.isReplay: return "iopt replay \(file) --subject \(subjects[0])"
    case .abi, .leak, .contract, .hardware, .process:
      let driver =
        finding.hardware.map { $0.isForced ? " --driver \($0.driver)" : "" } ?? ""
      let check =
        "iopt check \(file) --subject \(quoted(finding.faultySubject))\(driver)"
        + (isOfTheWindow(finding) ? " --strict" : "")
      guard case .departure(_, let name) = finding.evidence else { return check }
      return "\(check) --forbid \(name)"
    }
  }

  /// What only `--strict` makes a failure.
  private static func isOfTheWindow(_ finding: Finding) -> Bool {
    let danger = finding.hardware?.danger ?? finding.signature.difference
    return danger.hasPrefix("\(HardwareProperty.memoryInTheWindow.rawValue):")
  }

  /// What lets a subject end its process again.
  private static func reproduce(
    _ fatality: Fatality, _ file: String, _ subjects: [String]
  ) -> String {
    let command =
      if subjects.count == 2 {
        "iopt diff \(file) --left \(subjects[0]) --right \(subjects[1])"
      } else {
        "iopt \(fatality.isReplay ? "replay" : "check") \(file) --subject \(subjects[0])"
      }
    let isBuiltIn = finding(subjects, isOnly: ["swift", "reference"])
    guard case .limit(let seconds) = fatality.end, seconds != Fatality.usualLimit else {
      return command + (isBuiltIn ? " --isolate" : "")
    }
    return "\(command)\(isBuiltIn ? " --isolate" : "") --limit \(Finding.text(seconds))"
  }

  private static func finding(_ subjects: [String], isOnly names: [Substring]) -> Bool {
    subjects.allSatisfy { names.contains($0.prefix { $0 != "," }) }
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
    if word.printable != word { return escaped(word) }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }

  /// As `$'…'` (POSIX.1-2024), in which bytes that a terminal would obey are written as numbers.
  private static func escaped(_ word: String) -> String {
    let bytes = word.utf8.map { byte -> String in
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\\"): "\\\(Character(Unicode.Scalar(byte)))"
      case 0x20..<0x7f: String(Character(Unicode.Scalar(byte)))
      default:
        // Three digits, so that the next character is none of them.
        "\\" + String(1 << 9 | Int(byte), radix: 8).dropFirst()
      }
    }
    return "$'\(bytes.joined())'"
  }
}
