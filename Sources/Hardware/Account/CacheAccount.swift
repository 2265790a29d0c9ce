// SPDX-License-Identifier: GPL-2.0-only

/// What is behind a danger: what was cached and since when, what should have removed it, what was sent
/// and why that did not, and the walk that finds it. Operations are numbers in their scenario, from 0.
public struct CacheAccount: Codable, Equatable, Sendable {
  /// A command that was sent since.
  public struct Sent: Codable, Equatable, Sendable {
    /// In which, counted from 0.
    public var operation: Int
    /// As reports show it.
    public var command: String
    /// Why it did not help, in words that follow on "which".
    public var whyNot: String
  }

  /// One table on the way from the top, and its word.
  public struct Step: Codable, Equatable, Sendable {
    /// 0 is the last.
    public var level: Int
    /// Where the table is, and how it stands: `linked`, `unlinked` or `freed`.
    public var table: UInt64
    public var state: String
    /// The word's number in its table, its address, what it is by now, and that in words; nil for a
    /// table that the walk ends at.
    public var index: Int?
    public var address: UInt64?
    public var word: UInt64?
    public var meaning: String?
    /// What it was and may still be cached as; nil where it is not.
    public var cached: String?
  }

  /// What may still be cached, and where: `the IOMMU`, `a device TLB`, or `memory` where that itself
  /// leads there.
  public var what: String
  public var cache: String
  /// IOVAs, both inclusive.
  public var first: UInt64
  public var last: UInt64
  /// The operation that wrote it, where that is known; the one that removed or changed it, where one
  /// did.
  public var since: Int?
  public var removed: Int?
  /// What would have removed it; nil where none of the driver's commands does.
  public var remedy: String?
  /// What was sent from the removal on, the oldest first.
  public var sent: [Sent]
  /// The operation that made it a danger, and how.
  public var dangerous: Int
  public var promise: String
  /// From the top down.
  public var walk: [Step]
}
