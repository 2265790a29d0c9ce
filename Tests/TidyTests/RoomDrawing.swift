// SPDX-License-Identifier: GPL-2.0-only

/// The arrows of a Mermaid flowchart in the table's file, from each room to those that use it: as
/// few as show what the table says. Rooms are called by the last part of their folder; what is no
/// room may be drawn too.
struct RoomDrawing {
  private let table: RoomTable
  private let names: [String]

  /// For the rooms that the program itself is made of.
  init(_ table: RoomTable) {
    self.table = table
    names = table.rooms.map { room in
      let isPart = room.paths.contains { $0.hasPrefix("Sources/") || $0.hasPrefix("reference") }
      return isPart && !room.isPlanned ? room.names[0] : ""
    }
  }

  var complaints: [Complaint] {
    let start = table.file.lines.firstIndex { $0.hasPrefix("flowchart ") }
    guard let start else { return [table.file.complaint(1, "expected a drawing of the rooms")] }
    let drawn = arrows(after: start)
    let expected = self.expected
    return drawn.subtracting(expected).sorted().map {
      table.file.complaint(start + 1, "the arrow \($0) is not what the table says, or not needed")
    }
      + expected.subtracting(drawn).sorted().map {
        table.file.complaint(start + 1, "the arrow \($0) is missing")
      }
  }

  /// As `A --> B`; a line may go on with `--> C`.
  private func arrows(after start: Int) -> Set<String> {
    let lines = table.file.lines[(start + 1)...].prefix { !$0.hasPrefix("```") }
    return Set(
      lines.flatMap { line -> [String] in
        let nodes = line.split(separator: "-->").map { String($0.trimmingSpaces) }
        return zip(nodes, nodes.dropFirst()).filter { names.contains($0) && names.contains($1) }
          .map { "\($0) --> \($1)" }
      })
  }

  /// What the table says, without what follows from the rest.
  private var expected: Set<String> {
    let direct = table.rooms.indices.map { index in
      names[index] == "" ? Set() : table.rooms(usedBy: index).filter { names[$0] != "" }
    }
    var all: [Set<Int>] = []
    for index in direct.indices {
      all.append(direct[index].reduce(into: direct[index]) { $0.formUnion(all[$1]) })
    }
    return Set(
      direct.indices.flatMap { index in
        direct[index].filter { used in !direct[index].contains { all[$0].contains(used) } }
          .map { "\(names[$0]) --> \(names[index])" }
      })
  }
}
