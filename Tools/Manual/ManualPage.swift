// SPDX-License-Identifier: GPL-2.0-only

/// A manual page, as man(7) has it.
struct ManualPage {
  private let command: HelpDump.Command
  private let version: String
  /// Pages to look at besides those of the verbs.
  private let others: [String]
  private(set) var text = ""

  init(_ command: HelpDump.Command, version: String, others: [String]) {
    self.command = command
    self.version = version
    self.others = others
    let title = command.pageName.uppercased()
    text = ".TH \(quoted(title)) 1 \"\" \(quoted(version)) \"Lockstep\"\n"
    // Words of command lines are not to be divided.
    text += ".nh\n.ad l\n"
    section("NAME")
    line("\(command.pageName) \\- \(escaped(withoutPeriod(command.abstract ?? "")))")
    section("SYNOPSIS")
    synopsis()
    description()
    verbs()
    arguments("ARGUMENTS", command.shownArguments.filter { $0.kind == "positional" })
    arguments("OPTIONS", command.shownArguments.filter { $0.kind != "positional" })
    ending()
  }

  // MARK: Sections

  private mutating func synopsis() {
    var parts = ["\\fB\(escaped(command.typedName))\\fR"]
    if command.verbs.isEmpty {
      parts.append("[\\fIoptions\\fR]")
      for argument in command.shownArguments where argument.kind == "positional" {
        let value = "\\fI\(escaped(argument.valueName ?? ""))\\fR"
        let name = value + (argument.isRepeating ? " ..." : "")
        parts.append(argument.isOptional ? "[\(name)]" : name)
      }
    } else {
      parts.append("\\fIverb\\fR ...")
    }
    line(parts.joined(separator: " "))
  }

  private mutating func description() {
    guard let discussion else { return }
    section("DESCRIPTION")
    paragraphs(discussion.description.isEmpty ? [command.abstract ?? ""] : discussion.description)
  }

  private mutating func verbs() {
    guard !command.verbs.isEmpty else { return }
    section("VERBS")
    for verb in command.verbs {
      text += ".TP\n.BR \(escaped(verb.pageName)) (1)\n"
      line(escaped(verb.abstract ?? ""))
    }
  }

  private mutating func arguments(_ title: String, _ arguments: [HelpDump.Argument]) {
    guard !arguments.isEmpty else { return }
    section(title)
    for argument in arguments {
      let value = argument.valueName.map { "\\fI\(escaped($0))\\fR" } ?? ""
      var label = (argument.names ?? []).map { "\\fB\(escaped($0.text))\\fR" }
        .joined(separator: ", ")
      if argument.kind == "option" { label += " \(value)" }
      if argument.kind == "positional" { label = value }
      text += ".TP\n\(label)\n"
      let preset = argument.defaultValue.map { " Default: \($0)." } ?? ""
      line(escaped((argument.abstract ?? "") + preset))
    }
  }

  private mutating func ending() {
    if let status = discussion?.status {
      section("EXIT STATUS")
      line(escaped(status))
    }
    if let example = discussion?.example {
      section("EXAMPLE")
      text += ".nf\n\(escaped(example))\n.fi\n"
    }
    section("SEE ALSO")
    let names = (command.superCommands ?? []).prefix(1) + others
    let pages = Set(names + command.verbs.map(\.pageName)).subtracting([command.pageName]).sorted()
    for (index, page) in pages.enumerated() {
      text += ".BR \(escaped(page)) (1)\(index == pages.count - 1 ? "" : ",")\n"
    }
  }

  // MARK: The parts of a discussion

  private struct Discussion {
    var description: [String] = []
    var status: String?
    var example: String?
  }

  private var discussion: Discussion? {
    guard let whole = command.discussion ?? command.abstract else { return nil }
    var result = Discussion()
    for paragraph in whole.split(separator: "\n\n") {
      if paragraph.hasPrefix("Example: ") {
        result.example = String(paragraph.dropFirst(9))
        continue
      }
      var rest = paragraph[...]
      if let start = paragraph.firstRange(of: "Exit status: ") {
        result.status = String(paragraph[start.upperBound...])
        rest = paragraph[..<start.lowerBound]
      }
      while rest.last == " " { rest.removeLast() }
      if !rest.isEmpty { result.description.append(String(rest)) }
    }
    return result
  }

  private mutating func paragraphs(_ paragraphs: [String]) {
    for (index, paragraph) in paragraphs.enumerated() {
      if index > 0 { text += ".PP\n" }
      line(escaped(paragraph))
    }
  }

  // MARK: man(7)

  private mutating func section(_ title: String) { text += ".SH \(title)\n" }

  private mutating func line(_ line: String) { text += "\(line)\n" }

  private func quoted(_ text: String) -> String {
    "\"\(escaped(text).replacing("\"", with: "\\(dq"))\""
  }

  private func withoutPeriod(_ text: String) -> Substring {
    text.hasSuffix(".") ? text.dropLast() : text[...]
  }

  /// A line that begins with a dot or an apostrophe is a command; a bare hyphen may be divided at.
  private func escaped(_ text: some StringProtocol) -> String {
    let lines = String(text).replacing("\\", with: "\\e").split(
      separator: "\n", omittingEmptySubsequences: false)
    return lines.map { $0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&\($0)" : "\($0)" }
      .joined(separator: "\n").replacing("-", with: "\\-").unicodeScalars.map { scalar in
        // Not every troff reads UTF-8.
        scalar.isASCII ? String(scalar) : "\\[u\(scalar.hex)]"
      }.joined()
  }
}

extension Unicode.Scalar {
  /// At least four digits.
  fileprivate var hex: String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
