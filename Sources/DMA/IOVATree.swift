// SPDX-License-Identifier: GPL-2.0-only

/// One range of page frames that is taken: allocated, cached or reserved. Bounds are inclusive.
struct IOVARange {
  var first: UInt64
  var last: UInt64
}

/// The place of a range in an `IOVATree`. It stays the same until the range is removed.
struct IOVAPlace: Equatable {
  let index: Int32

  static let none = IOVAPlace(index: -1)
  /// The range beyond every address, which ends each tree and is never removed.
  static let anchor = IOVAPlace(index: 0)
}

/// Disjoint ranges in order of address: a treap whose nodes also form a doubly linked list, so that
/// neighbours are one step away and a search is logarithmic. Nodes live in one growing block.
struct IOVATree: ~Copyable {
  struct Node {
    var range: IOVARange
    var left = IOVAPlace.none
    var right = IOVAPlace.none
    var parent = IOVAPlace.none
    var before = IOVAPlace.none
    var after = IOVAPlace.none
    /// No child's is larger than its parent's; random, hence the expected depth.
    var priority: UInt32
  }

  private(set) var nodes: UnsafeMutablePointer<Node>
  private var capacity: Int32 = 32
  private(set) var used: Int32 = 1
  /// Removed nodes, linked through `after`.
  private(set) var spare = IOVAPlace.none
  private var random: UInt32 = 0x9e37_79b9

  init() {
    nodes = .allocate(capacity: Int(capacity))
    let beyond = IOVARange(first: .max, last: .max)
    nodes.initialize(to: Node(range: beyond, priority: .max))
  }

  deinit { nodes.deallocate() }

  subscript(place: IOVAPlace) -> IOVARange {
    get { nodes[Int(place.index)].range }
    set {
      nodes[Int(place.index)].range = newValue
      checkInvariants(around: place)
    }
  }

  func place(before place: IOVAPlace) -> IOVAPlace { nodes[Int(place.index)].before }
  func place(after place: IOVAPlace) -> IOVAPlace { nodes[Int(place.index)].after }

  /// The lowest range that does not end below `frame`.
  func firstPlace(endingAtOrAbove frame: UInt64) -> IOVAPlace {
    var best = IOVAPlace.anchor
    var place = IOVAPlace.anchor
    while place != .none {
      if self[place].last >= frame {
        best = place
        place = nodes[Int(place.index)].left
      } else {
        place = nodes[Int(place.index)].right
      }
    }
    return best
  }

  /// The range that holds `frame`, or none.
  func place(holding frame: UInt64) -> IOVAPlace {
    let place = firstPlace(endingAtOrAbove: frame)
    return self[place].first <= frame ? place : .none
  }

  /// Adds a range that lies between `next` and the range before that.
  mutating func insert(_ range: IOVARange, before next: IOVAPlace) -> IOVAPlace {
    let place = newNode(range)
    let previous = nodes[Int(next.index)].before
    nodes[Int(place.index)].before = previous
    nodes[Int(place.index)].after = next
    nodes[Int(next.index)].before = place
    if previous != .none { nodes[Int(previous.index)].after = place }

    // In the order of the tree, either `next` has no left child or `previous` no right one.
    if nodes[Int(next.index)].left == .none {
      nodes[Int(next.index)].left = place
      nodes[Int(place.index)].parent = next
    } else {
      nodes[Int(previous.index)].right = place
      nodes[Int(place.index)].parent = previous
    }
    while priority(nodes[Int(place.index)].parent) < priority(place) { lift(place) }
    checkInvariants(around: place)
    return place
  }

  mutating func remove(_ place: IOVAPlace) {
    precondition(place != .anchor)
    sink(place)
    let node = nodes[Int(place.index)]
    replaceChild(place, of: node.parent, with: .none)
    nodes[Int(node.after.index)].before = node.before
    if node.before != .none { nodes[Int(node.before.index)].after = node.after }
    nodes[Int(place.index)].after = spare
    spare = place
    checkInvariants(around: node.after)
  }

  /// Moves a node down until it has no children.
  private mutating func sink(_ place: IOVAPlace) {
    while true {
      let left = nodes[Int(place.index)].left
      let right = nodes[Int(place.index)].right
      if left == .none && right == .none { return }
      if right == .none || (left != .none && priority(left) > priority(right)) {
        lift(left)
      } else {
        lift(right)
      }
    }
  }

  /// Rotates a node into the place of its parent.
  private mutating func lift(_ place: IOVAPlace) {
    let parent = nodes[Int(place.index)].parent
    let grandparent = nodes[Int(parent.index)].parent
    if nodes[Int(parent.index)].left == place {
      let inner = nodes[Int(place.index)].right
      nodes[Int(parent.index)].left = inner
      if inner != .none { nodes[Int(inner.index)].parent = parent }
      nodes[Int(place.index)].right = parent
    } else {
      let inner = nodes[Int(place.index)].left
      nodes[Int(parent.index)].right = inner
      if inner != .none { nodes[Int(inner.index)].parent = parent }
      nodes[Int(place.index)].left = parent
    }
    nodes[Int(parent.index)].parent = place
    nodes[Int(place.index)].parent = grandparent
    replaceChild(parent, of: grandparent, with: place)
  }

  private func replaceChild(_ old: IOVAPlace, of parent: IOVAPlace, with new: IOVAPlace) {
    if nodes[Int(parent.index)].left == old {
      nodes[Int(parent.index)].left = new
    } else {
      nodes[Int(parent.index)].right = new
    }
  }

  private func priority(_ place: IOVAPlace) -> UInt32 { nodes[Int(place.index)].priority }

  private mutating func newNode(_ range: IOVARange) -> IOVAPlace {
    random ^= random << 13
    random ^= random >> 17
    random ^= random << 5
    // The anchor alone has the highest priority: it stays the root.
    let node = Node(range: range, priority: random & 0x7fff_ffff)
    let place: IOVAPlace
    if spare != .none {
      place = spare
      spare = nodes[Int(place.index)].after
    } else {
      if used == capacity { grow() }
      place = IOVAPlace(index: used)
      used += 1
    }
    nodes[Int(place.index)] = node
    return place
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Node>.allocate(capacity: Int(capacity) * 2)
    larger.update(from: nodes, count: Int(used))
    nodes.deallocate()
    nodes = larger
    capacity *= 2
  }
}
