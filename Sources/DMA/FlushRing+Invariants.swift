// SPDX-License-Identifier: GPL-2.0-only

extension FlushRing {
  #if LOCKSTEP_INTERNAL_CHECKS
    /// Traps when the ring's ends are out of place, or the newest entry does not belong behind the
    /// one before it. That a place stays free is no rule: while another CPU flushes, the kernel's ring
    /// can overflow.
    func checkInvariants() {
      precondition(mask != .max && mask & (mask + 1) == 0, "the size is no power of two")
      precondition(head <= mask && tail <= mask, "an end of the ring lies outside of it")
      let waiting = (tail &- head) & mask
      guard waiting > 0 else { return }
      let newest = entries![Int((tail &- 1) & mask)]
      precondition(newest.count > 0, "an entry without frames is queued")
      guard waiting > 1 else { return }
      let older = entries![Int((tail &- 2) & mask)]
      precondition(older.counter <= newest.counter, "an entry is older than the one before it")
    }

    /// Traps when there is nothing to remove.
    func checkCanRemove() { precondition(head != tail, "the ring is empty") }
  #else
    @inline(__always)
    func checkInvariants() {}
    @inline(__always)
    func checkCanRemove() {}
  #endif
}
