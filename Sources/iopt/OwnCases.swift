// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

/// The own cases of the two sides of a review, which run while the sides are compared.
struct OwnCases {
  private let base: Side
  private let head: Side

  private enum Side {
    case running(RunningTreeCases)
    case noTree

    init(_ subject: String) throws {
      guard let kernel = OwnCases.tree(subject) else {
        self = .noTree
        return
      }
      self = .running(try RunningTreeCases(of: kernel, inBackground: true))
    }

    func result() throws -> TreeCaseRun {
      guard case .running(let cases) = self else { return .notRun("it is no kernel tree") }
      return try cases.result()
    }
  }

  /// Starts them for those of two subjects that are kernel trees; nil when none is.
  init?(_ base: String, _ head: String) throws {
    guard Self.tree(base) != nil || Self.tree(head) != nil else { return nil }
    self.base = try Side(base)
    self.head = try Side(head)
  }

  /// The tree of a side as it was typed, without what stands after a comma.
  static func tree(_ side: String) -> KernelSubject? {
    KernelSubject(subject: String(side.prefix { $0 != "," }))
  }

  /// Waits for both.
  func change() throws -> TreeCaseChange {
    TreeCaseChange(base: try base.result(), head: try head.result())
  }
}
