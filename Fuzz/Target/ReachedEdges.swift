// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

/// Which edges of the code inputs reached, by the shared object that has them.
public struct ReachedEdges {
  /// In the order in which they were loaded; the path of this program is empty.
  private var objects: [(path: String, edges: [Bool])] = []

  /// None.
  public init() {}

  /// Adds what was reached of an object.
  mutating func add(_ path: String, _ edges: [Bool]) {
    let index = objects.firstIndex { $0.path == path && $0.edges.count == edges.count }
    guard let index else { return objects.append((path, edges)) }
    for edge in edges.indices where edges[edge] { objects[index].edges[edge] = true }
  }

  /// Adds what other inputs reached.
  public mutating func add(_ other: ReachedEdges) {
    for object in other.objects { add(object.path, object.edges) }
  }

  /// A line for each object that counts: `iopt-fuzz: 812 of 5400 edges of kernel:7.3`. `names` are
  /// what users call plug-ins, by path.
  public func lines(_ names: [String: String]) -> [String] {
    objects.map { path, edges in
      let name = path.isEmpty ? "iopt-fuzz" : names[path] ?? path
      let reached = edges.reduce(0) { $0 + ($1 ? 1 : 0) }
      return "iopt-fuzz: \(reached) of \(edges.count) edges of \(name.printable)"
    }
  }
}
