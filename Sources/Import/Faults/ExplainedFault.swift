// SPDX-License-Identifier: GPL-2.0-only

/// What a trace tells about one fault, or about an address that was asked for.
public struct ExplainedFault: Codable, Sendable {
  /// One mapping, as text has it; times are seconds of the trace's clock.
  public struct Mapping: Codable, Sendable {
    /// Its first byte.
    public var first: UInt64
    /// Inclusive.
    public var last: UInt64
    /// nil: it was mapped before the trace began, or by an event that was lost.
    public var mappedAtLine: Int?
    public var mappedAt: Double?
    public var mappedBy: String?
    public var unmappedAtLine: Int?
    public var unmappedAt: Double?
    public var unmappedBy: String?
    public var device: String?
    /// `to_device`, `from_device` or `bidirectional`, where an event of the DMA API told it.
    public var direction: String?
    /// In bytes.
    public var size: UInt64 { last &- first &+ 1 }
  }

  /// Where the device went, or what was asked for.
  public var address: UInt64
  /// nil for an address that was asked for.
  public var line: Int?
  public var time: Double?
  public var device: String?
  /// Of the fault; bit 0 is a write.
  public var flags: UInt64?
  public var isWrite: Bool?
  /// What is mapped there at the fault.
  public var mapping: Mapping?
  /// What was there last, if nothing is.
  public var former: Mapping?
  /// From the unmap to the fault, in milliseconds.
  public var sinceUnmap: Double?
  /// What lies below and above.
  public var below: Mapping?
  public var above: Mapping?
  /// Those that what was seen leaves, the likeliest first.
  public var causes: [FaultCause]
  /// What takes from the certainty, a sentence each.
  public var doubts: [String]
}
