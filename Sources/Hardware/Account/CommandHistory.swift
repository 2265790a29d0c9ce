// SPDX-License-Identifier: GPL-2.0-only

/// What a driver sent in a scenario, for accounts.
struct CommandHistory {
  struct Item {
    var operation: Int32
    /// Driver calls of that operation before the one that sent it.
    var callsBefore: Int32
    var command: Command
  }

  private(set) var items: [Item] = []
  /// Nobody reads about more.
  private static let limit = 1 << 16

  mutating func append(_ command: Command, operation: Int32, callsBefore: Int32) {
    if items.count == Self.limit { items.removeFirst(Self.limit / 2) }
    items.append(Item(operation: operation, callsBefore: callsBefore, command: command))
  }

  mutating func removeAll() { items.removeAll(keepingCapacity: true) }
}
