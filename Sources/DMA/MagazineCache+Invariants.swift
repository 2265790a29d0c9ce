// SPDX-License-Identifier: GPL-2.0-only

extension MagazineCache {
  #if LOCKSTEP_INTERNAL_CHECKS
    /// Traps when the depot, what is spare, or the CPU's magazines are not what they must be.
    func checkInvariants(cpu: Int) {
      for index in 0..<depot.count {
        precondition(isFull(depot[index].pointee), "the depot holds a magazine that is not full")
      }
      for index in 0..<spare.count {
        precondition(spare[index].pointee.isEmpty, "a magazine to be used again holds frames")
      }
      guard let pair = magazines(cpu: cpu) else { return }
      for side in 0..<2 {
        precondition(pair[side].count <= maker.pointee.capacity, "a magazine is over-full")
      }
    }
  #else
    @inline(__always)
    func checkInvariants(cpu: Int) {}
  #endif
}
