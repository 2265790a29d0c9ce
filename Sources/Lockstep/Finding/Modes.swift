// SPDX-License-Identifier: GPL-2.0-only

/// The modes that a fault may hang on: what was in force where it showed. A fault that needs none of
/// them still shows under those that are, so that it may have several signatures.
public struct Modes: OptionSet, Codable, Hashable, Sendable {
  /// One bit for each mode.
  public var rawValue: UInt8
  /// A set of modes.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The domain became a queued one while it lived: a `relax` that succeeded.
  public static let relaxed = Modes(rawValue: 1 << 0)
  /// The operation's gather is queued, or the DMA layer has a flush queue.
  public static let queued = Modes(rawValue: 1 << 1)
  /// The feature `flush_range`.
  public static let flushRange = Modes(rawValue: 1 << 2)
  /// The feature `flush_range_no_gaps`.
  public static let noGaps = Modes(rawValue: 1 << 3)
  /// The feature `dma_incoherent`.
  public static let incoherent = Modes(rawValue: 1 << 4)

  private static let names: [(mode: Modes, name: String)] = [
    (.relaxed, "relaxed"), (.queued, "queued"), (.flushRange, "flush-range"), (.noGaps, "no-gaps"),
    (.incoherent, "incoherent"),
  ]
}

extension Modes: CustomStringConvertible {
  /// The names in brackets, always in the same order; empty for none.
  public var description: String {
    let names = Self.names.filter { contains($0.mode) }.map(\.name)
    return names.isEmpty ? "" : "[\(names.joined(separator: ", "))]"
  }
}
