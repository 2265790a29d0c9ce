// SPDX-License-Identifier: GPL-2.0-only

extension IOVATree {
  #if LOCKSTEP_INTERNAL_CHECKS
    /// Traps when the tree is not what it must be. Looks at a changed place and its neighbours, and
    /// at all of a tree that is small: one that is large would make every change slow.
    func checkInvariants(around place: IOVAPlace) {
      checkNode(place)
      if node(place).before != .none { checkNode(node(place).before) }
      if node(place).after != .none { checkNode(node(place).after) }
      if used <= Self.smallTree { checkAll() }
    }

    private static let smallTree = 64

    /// Every node is reached in order both ways, and all others are spare.
    private func checkAll() {
      precondition(node(.anchor).parent == .none, "the anchor is not the root")
      precondition(node(.anchor).after == .none, "a range lies beyond the anchor")
      precondition(node(.anchor).right == .none, "the anchor has a right child")
      precondition(self[.anchor].last == .max, "the anchor does not end the space")
      var count: Int32 = 0
      var place = IOVAPlace.anchor
      while place != .none {
        count += 1
        precondition(count <= used, "the list of ranges has a loop")
        checkNode(place)
        precondition(
          below(place) == node(place).before, "the tree and the list differ in their order")
        place = node(place).before
      }
      var free = spare
      while free != .none {
        count += 1
        precondition(count <= used, "the list of spare nodes has a loop")
        free = node(free).after
      }
      precondition(count == used, "a node is neither in the tree nor spare")
    }

    /// One node against the nodes that it names.
    private func checkNode(_ place: IOVAPlace) {
      let here = node(place)
      precondition(here.range.first <= here.range.last, "a range ends before it begins")
      if here.before != .none {
        precondition(node(here.before).after == place, "the list is not linked both ways")
        precondition(self[here.before].last < here.range.first, "two ranges overlap")
      }
      for child in [here.left, here.right] where child != .none {
        precondition(node(child).parent == place, "a child has another parent")
        precondition(node(child).priority <= here.priority, "a child comes before its parent")
      }
      guard here.parent != .none else { return }
      let parent = node(here.parent)
      precondition(parent.left == place || parent.right == place, "a parent has no such child")
    }

    /// The next lower node, by the tree alone.
    private func below(_ place: IOVAPlace) -> IOVAPlace {
      var lower = node(place).left
      if lower != .none {
        while node(lower).right != .none { lower = node(lower).right }
        return lower
      }
      lower = place
      while node(lower).parent != .none {
        let parent = node(lower).parent
        if node(parent).right == lower { return parent }
        lower = parent
      }
      return .none
    }

    private func node(_ place: IOVAPlace) -> Node { nodes[Int(place.index)] }
  #else
    @inline(__always)
    func checkInvariants(around place: IOVAPlace) {}
  #endif
}
