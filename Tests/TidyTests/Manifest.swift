// SPDX-License-Identifier: GPL-2.0-only

/// The targets of a `Package.swift`, read from its text.
struct Manifest {
  struct Target {
    enum Kind: String, CaseIterable {
      case library = ".target("
      case executable = ".executableTarget("
      case test = ".testTarget("
      case system = ".systemLibrary("
    }

    var kind: Kind
    var name: String
    /// From the package's folder.
    var path: String
    /// Targets of the package, and products of others.
    var dependencies: [String]
    /// Counted from 1.
    var line: Int
  }

  let file: SourceFile
  let targets: [Target]

  init(_ file: SourceFile) {
    self.file = file
    var targets: [Target] = []
    for (index, line) in file.lines.enumerated() {
      guard let kind = Target.Kind.allCases.first(where: { Self.begins(line, with: $0.rawValue) })
      else { continue }
      let text = file.lines[index...].joined(separator: "\n")
      let call = Self.balanced(text[text.firstRange(of: kind.rawValue)!.upperBound...], "(", ")")
      guard let name = Self.string("name", in: call) else { continue }
      let folder = kind == .test ? "Tests" : "Sources"
      targets.append(
        Target(
          kind: kind, name: name, path: Self.string("path", in: call) ?? "\(folder)/\(name)",
          dependencies: Self.dependencies(in: call), line: index + 1))
    }
    self.targets = targets
  }

  private static func begins(_ line: Substring, with call: String) -> Bool {
    line.drop { $0 == " " }.hasPrefix(call)
  }

  /// What follows an opening parenthesis, as far as the one that closes it.
  private static func balanced(
    _ text: Substring, _ opening: Character, _ closing: Character
  ) -> Substring {
    var depth = 1
    for place in text.indices {
      if text[place] == opening { depth += 1 }
      if text[place] == closing { depth -= 1 }
      if depth == 0 { return text[..<place] }
    }
    return text
  }

  private static func string(_ label: String, in text: Substring) -> String? {
    text.firstRange(of: "\(label): \"").map { String(text[$0.upperBound...].prefix { $0 != "\"" }) }
  }

  private static func dependencies(in text: Substring) -> [String] {
    guard let range = text.firstRange(of: "dependencies: [") else { return [] }
    var list = balanced(text[range.upperBound...], "[", "]")
    var names: [String] = []
    while let product = list.firstRange(of: ".product(") {
      let call = balanced(list[product.upperBound...], "(", ")")
      names += [string("name", in: call)].compactMap(\.self)
      list = list[..<product.lowerBound] + list[call.endIndex...].dropFirst()
    }
    let parts = list.split(separator: "\"", omittingEmptySubsequences: false)
    return names + parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
  }
}
