// SPDX-License-Identifier: GPL-2.0-only

/// The table of rooms in `Documentation/design.md`, from low to high:
///
///     | room | what lives there | may use |
///
/// A room is one or more folders; the longest one that a file is in counts. What it may use is
/// `nothing` or a list of `the ABI`, `all above`, names of rooms above, each the last part of its
/// folder, and modules from elsewhere, such as Glibc. A room that is `(not built yet)` has no folder.
struct RoomTable {
  struct Room {
    /// Folders without a slash at the end.
    var paths: [String]
    var uses: [String]
    var isPlanned: Bool
    /// Of the table's row.
    var line: Int

    /// The last parts of its paths.
    var names: [String] { paths.map { String($0.split(separator: "/").last ?? "") } }
  }

  static let notBuilt = "(not built yet)"
  static let header = "| room | what lives there | may use |"

  let file: SourceFile
  let rooms: [Room]

  init(_ file: SourceFile) {
    self.file = file
    let start = file.lines.firstIndex { $0 == Self.header } ?? file.lines.endIndex
    rooms = file.lines.indices.dropFirst(start + 2).prefix { file.lines[$0].hasPrefix("|") }
      .map { Self.room(file.lines[$0], line: $0 + 1) }
  }

  private static func room(_ row: Substring, line: Int) -> Room {
    let cells = row.split(separator: "|", omittingEmptySubsequences: false)
    let parts = cells[1].split(separator: "`", omittingEmptySubsequences: false)
    let paths = parts.indices.filter { $0 % 2 == 1 }.map { index in
      String(parts[index].hasSuffix("/") ? parts[index].dropLast() : parts[index])
    }
    let uses = cells.count > 3 ? cells[3].replacing("`", with: "").split(separator: ",") : []
    return Room(
      paths: paths, uses: uses.map { String($0.trimmingSpaces) },
      isPlanned: cells[1].contains(notBuilt), line: line)
  }

  /// The room that a path is in.
  func room(of path: some StringProtocol) -> Int? {
    let candidates = rooms.indices.flatMap { index in rooms[index].paths.map { (index, $0) } }
      .filter { path == $0.1 || path.hasPrefix("\($0.1)/") }
    return candidates.max { $0.1.utf8.count < $1.1.utf8.count }?.0
  }

  /// What one of the words in the last column stands for.
  enum Use: Equatable {
    case nothing, allAbove
    case room(Int)
    /// A room that is not above, or none at all: a module from elsewhere.
    case other(String)
  }

  func use(_ word: String, in index: Int) -> Use {
    switch word {
    case "nothing", "": return .nothing
    case "all above", "all of the above", "all": return .allAbove
    default:
      let name = ["the ABI", "the ABI's types"].contains(word) ? "abi" : word
      let above = rooms[..<index].firstIndex { $0.names.contains(name) || $0.paths.contains(name) }
      return above.map(Use.room) ?? .other(word)
    }
  }
}

extension RoomTable {
  /// All of them stand above it.
  func rooms(usedBy index: Int) -> Set<Int> {
    rooms[index].uses.reduce(into: []) { result, word in
      switch use(word, in: index) {
      case .room(let room): result.insert(room)
      case .allAbove: result.formUnion(0..<index)
      case .nothing, .other: break
      }
    }
  }
}

extension Substring {
  var trimmingSpaces: Substring {
    let front = drop { $0 == " " }
    return front.prefix(front.count - front.reversed().prefix { $0 == " " }.count)
  }
}
