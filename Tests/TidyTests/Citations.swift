// SPDX-License-Identifier: GPL-2.0-only

/// Every file that a document or a comment names is there.
struct Citations {
  /// Folders that are made, not kept.
  private static let made = ["Fuzz/.build", "artifacts", "bin/"]
  private let tree: Tree
  /// Names at the top; what begins with one of them and a slash is a path.
  private let tops: Set<Substring>
  /// Every part of a name that is there.
  private let parts: Set<Substring>
  private let goals: Set<Substring>

  init(_ tree: Tree) {
    self.tree = tree
    tops = Set(tree.paths.compactMap { $0.split(separator: "/").first })
    parts = Set(tree.paths.flatMap(Self.parts))
    goals = Set(
      tree.file("Makefile")?.lines.compactMap { $0.firstMatch(of: /^([a-z-]+):/)?.output.1 } ?? [])
  }

  var complaints: [Complaint] {
    tree.files.flatMap { file in
      switch file.kind {
      case .markdown: file.lines.enumerated().flatMap { document(file, $0 + 1, $1) }
      case .swift, .c: comments(file).flatMap { paths(file, $0, $1) }
      case .script, .makefile, .moduleMap:
        file.lines.enumerated().filter { $1.hasPrefix("#") }.flatMap { paths(file, $0 + 1, $1) }
      case .other: [Complaint]()
      }
    }
  }

  /// The ends of lines from where a comment begins, or seems to.
  private func comments(_ file: SourceFile) -> [(Int, Substring)] {
    file.lines.enumerated().compactMap { index, line in
      // What it takes to look for the expression in every line is most of what this rule takes.
      guard line.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "*") }),
        let start = line.firstRange(of: /\/\/|\/?\*/)?.lowerBound
      else { return nil }
      return (index + 1, line[start...])
    }
  }

  private func document(_ file: SourceFile, _ line: Int, _ text: Substring) -> [Complaint] {
    if text.contains(RoomTable.notBuilt) { return [] }
    return links(file, line, text) + paths(file, line, text) + unknownGoals(file, line, text)
  }

  // MARK: Links of Markdown

  private func links(_ file: SourceFile, _ line: Int, _ text: Substring) -> [Complaint] {
    guard text.contains("](") else { return [] }
    return text.matches(of: /\]\(([^)\s]+)\)/).compactMap { match in
      let link = match.output.1
      guard !link.contains("://"), !link.hasPrefix("mailto:") else { return nil }
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let path = parts[0].isEmpty ? file.path : normalized("\(file.folder)/\(parts[0])")
      guard tree.paths.contains(path) else {
        return file.complaint(line, "a link to `\(link)`, which is not there")
      }
      guard parts.count > 1, let target = tree.file(path), !anchors(target).contains(parts[1])
      else { return nil }
      return file.complaint(line, "a link to `\(link)`, but no heading makes this anchor")
    }
  }

  /// As GitHub makes them of headings.
  private func anchors(_ file: SourceFile) -> Set<Substring> {
    Set(
      file.lines.filter { $0.hasPrefix("#") }.map { line in
        let title = line.drop { $0 == "#" }.trimmingSpaces.lowercased()
        let kept = title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
        return Substring(kept.replacing(" ", with: "-"))
      })
  }

  // MARK: Paths

  private func paths(_ file: SourceFile, _ line: Int, _ text: Substring) -> [Complaint] {
    guard text.contains("/") else { return [] }
    return text.split { !($0.isLetter || $0.isNumber || "_./+*-:#".contains($0)) }.compactMap {
      word in
      let path = word.prefix { $0 != ":" && $0 != "#" }
      let end = path.reversed().prefix { "./".contains($0) }.count
      let cited = String(path.dropLast(end))
      guard cited.contains("/"), tops.contains(cited.prefix { $0 != "/" }),
        !Self.made.contains(where: cited.hasPrefix), !isPlaceholder(cited), !exists(cited)
      else { return nil }
      return file.complaint(line, "`\(cited)` is not there")
    }
  }

  private static func parts(_ path: String) -> [Substring] { path.split { "/.-".contains($0) } }

  /// `Corpus/NAME` stands for many.
  private func isPlaceholder(_ path: String) -> Bool {
    Self.parts(path).contains { $0.allSatisfy(\.isUppercase) && !parts.contains($0) }
  }

  private func exists(_ path: String) -> Bool {
    if tree.paths.contains(path) { return true }
    guard path.contains("*") else { return false }
    let parts = path.split(separator: "*", omittingEmptySubsequences: false)
    return tree.paths.contains { candidate in
      var rest = Substring(candidate)
      guard rest.hasPrefix(parts[0]), rest.hasSuffix(parts.last!) else { return false }
      for part in parts where !part.isEmpty {
        guard let range = rest.firstRange(of: part) else { return false }
        rest = rest[range.upperBound...]
      }
      return true
    }
  }

  // MARK: Goals of make

  private func unknownGoals(_ file: SourceFile, _ line: Int, _ text: Substring) -> [Complaint] {
    guard text.contains("make "), tree.file("Makefile") != nil else { return [] }
    return text.matches(of: /(?:`|^)make ([a-z-]+)/).map(\.output.1).filter { !goals.contains($0) }
      .map { file.complaint(line, "`make \($0)` is no goal of the Makefile") }
  }
}
