// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Of this process, for what is longer than a turn on the processor: the turns of other processes are
/// left out.
func processorNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
