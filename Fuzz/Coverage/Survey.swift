// SPDX-License-Identifier: GPL-2.0-only

/// Which regions of which functions were run. A region that was compiled more than once (a header
/// of the C port in each format and build, a generic function in each specialisation) counts as
/// run when one of its instances was.
struct Survey {
  /// A function as people name it, with the file that it stands in.
  struct Function: Hashable, Comparable {
    var file: String
    var name: String

    static func < (left: Function, right: Function) -> Bool {
      (left.file, left.name) < (right.file, right.name)
    }
  }

  private struct Finding {
    var function: Function
    var count: UInt64
  }

  private var findings: [Region: Finding] = [:]

  /// Takes in the files below `root` whose path from there starts with one of `folders`.
  init(_ export: CoverageExport, root: String, folders: [String]) {
    for function in export.data.flatMap(\.functions) {
      let files = function.filenames.map { path -> String? in
        let file = relative(path, to: root)
        return folders.contains { file.hasPrefix($0 + "/") } ? file : nil
      }
      for region in function.codeRegions {
        guard let file = files[Int(region[5])] else { continue }
        let place = Region(
          file: file, firstLine: region[0], firstColumn: region[1], lastLine: region[2],
          endColumn: region[3])
        let name = Function(file: file, name: readableName(function.name))
        var finding = findings[place] ?? Finding(function: name, count: 0)
        // Instances may have names of their own; the first in the alphabet stands for all.
        finding.function = min(finding.function, name)
        finding.count |= region[4]
        findings[place] = finding
      }
    }
  }

  /// Regions in all, and those that were run, of files below `folder`.
  func tally(_ folder: String) -> (all: Int, reached: Int) {
    let inside = findings.filter { $0.key.file.hasPrefix(folder + "/") }
    return (inside.count, inside.count { $0.value.count > 0 })
  }

  /// The regions that were not run, by function; those inside another one are left out.
  var unreached: [(function: Function, regions: [Region])] {
    var result: [Function: [Region]] = [:]
    var outer: Region?
    for (region, finding) in findings.sorted(by: { $0.key < $1.key }) where finding.count == 0 {
      if outer?.contains(region) == true { continue }
      outer = region
      result[finding.function, default: []].append(region)
    }
    return result.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

/// The path from `root`, with the fuzz build's links to the root package's folders resolved.
private func relative(_ path: String, to root: String) -> String {
  guard path.hasPrefix(root + "/") else { return path }
  let rest = String(path.dropFirst(root.count + 1))
  for link in ["Fuzz/Sources/", "Fuzz/reference/"] where rest.hasPrefix(link) {
    return String(rest.dropFirst("Fuzz/".count))
  }
  return rest
}

/// Without what LLVM puts in front of a C function's name (the unit it was compiled in), and
/// without the numbers of closures: what happens in them is laid to the function around them.
private func readableName(_ name: String) -> String {
  var rest = name[...]
  if let colon = rest.lastIndex(of: ":"), rest[..<colon].hasSuffix(".c") {
    rest = rest[rest.index(after: colon)...]
  }
  while let end = rest.range(of: " in "), rest[..<end.lowerBound].contains("closure #") {
    rest = rest[end.upperBound...]
  }
  return String(rest)
}
