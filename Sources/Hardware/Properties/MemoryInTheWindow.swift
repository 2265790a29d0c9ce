// SPDX-License-Identifier: GPL-2.0-only
extension HardwareProperty {
  /// DMA-FQ's bargain.
  public static let memoryInTheWindow = HardwareProperty(
    "memory-in-the-window",
    "With --strict, the device may reach no buffer whose unmap has returned; else those that wait for"
      + " a flush are counted.")
}

/// DMA-FQ's bargain, as it was struck: buffers that went back to their driver while the device might
/// still reach them.
public struct WindowCount: BitwiseCopyable, Codable, Equatable, Sendable {
  /// Ranges that an unmap put on a flush queue while their translation might be cached.
  public var ranges: UInt64 = 0
  /// Bytes of them that might be reached.
  public var bytes: UInt64 = 0
  /// From the unmap to the flush, the longest, in milliseconds of the scenario's time.
  public var longest: UInt64 = 0
  /// Bytes times milliseconds, of all of them.
  public var byteMilliseconds: UInt64 = 0

  /// None.
  public init() {}

  /// Adds others: numbers are added, of what is longest the longer one counts.
  public static func += (sum: inout WindowCount, other: WindowCount) {
    sum.ranges &+= other.ranges
    sum.bytes &+= other.bytes
    sum.longest = max(sum.longest, other.longest)
    sum.byteMilliseconds &+= other.byteMilliseconds
  }
}

extension HardwareJudge {
  /// The operation has returned: what it queued and no flush has reached is its driver's memory now.
  func openWindows() {
    guard state.hasQueuedNow else { return }
    for index in queued.indices where queued[index].bytes > 0 && !queued[index].isOpen {
      queued[index].isOpen = true
      queued[index].since = state.now
      window.ranges &+= 1
      window.bytes &+= queued[index].bytes
      let range = queued[index]
      guard isStrict, let entry = staleLeaf(range.iova, range.last) else { continue }
      found(
        .memoryInTheWindow, "queued", "the buffer is its driver's again: \(describe(entry))",
        of: entry)
    }
  }

  /// A flush of everything was asked for: no window is open any more.
  func closeWindows() {
    for index in queued.indices where queued[index].bytes > 0 {
      if queued[index].isOpen {
        let length = state.now &- queued[index].since
        window.longest = max(window.longest, length)
        window.byteMilliseconds &+= queued[index].bytes &* length
      }
      queued[index].bytes = 0
      queued[index].isOpen = false
    }
  }
}
