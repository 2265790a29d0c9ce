// SPDX-License-Identifier: GPL-2.0-only

/// One record of a log: a header, kind | count << 32, and then count argument words. Valid as long
/// as the log stands as it is.
@frozen
public struct Record {
  /// The header and the arguments.
  public let words: UnsafeBufferPointer<UInt64>

  /// A record of at least its header's word.
  @inlinable
  public init(words: UnsafeBufferPointer<UInt64>) { self.words = words }

  /// The kind as the subject wrote it, which may be none of ours.
  @inlinable
  public var rawKind: UInt32 { UInt32(truncatingIfNeeded: words[0]) }

  /// nil for a kind that this harness does not know.
  @inlinable
  public var kind: EventKind? { EventKind(rawValue: rawKind) }

  /// How many argument words there are.
  @inlinable
  public var argumentCount: Int { words.count - 1 }

  /// Argument `index`, from 0.
  @inlinable
  public func argument(_ index: Int) -> UInt64 { words[index + 1] }

  /// Whether the record has at least the arguments of its kind.
  @inlinable
  public func has(_ kind: EventKind) -> Bool {
    rawKind == kind.rawValue && argumentCount >= kind.argumentCount
  }

  /// The list of pages at the record's end, in order; empty for a kind without one.
  public var pages: Slice<UnsafeBufferPointer<UInt64>> {
    guard let kind, kind.endsInPages else { return words[words.endIndex...] }
    return words.dropFirst(1 + kind.argumentCount)
  }

  /// Whether the record is a store: no event, and never compared as one.
  @inlinable
  public var isStore: Bool { rawKind == EventKind.store.rawValue }

  /// Whether two records are the same words.
  public func equals(_ other: Record) -> Bool { words.elementsEqual(other.words) }
}

/// The records in a log's words, one after another.
@frozen
public struct RecordView: Sequence, IteratorProtocol {
  @usableFromInline let words: UnsafeBufferPointer<UInt64>
  @usableFromInline var place = 0

  /// Words that were passed so far.
  @inlinable public var position: Int { place }

  /// Reads `words`, which must stay as they are meanwhile.
  @inlinable
  public init(_ words: UnsafeBufferPointer<UInt64>) { self.words = words }

  /// What comes from here on.
  @inlinable
  public var rest: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(rebasing: words[place...]) }

  /// Passes over words of whole records, which somebody read in ``rest``.
  @inlinable
  public mutating func skip(_ count: Int) { place += count }

  /// The next record, nil at the end.
  @inlinable
  public mutating func next() -> Record? {
    guard place < words.count else { return nil }
    // A count that runs past the end is a subject's fault; what is there is the record.
    let length = Swift.min(1 + Int(words[place] >> 32), words.count - place)
    defer { place += length }
    return Record(
      words: UnsafeBufferPointer(start: words.baseAddress! + place, count: length))
  }
}
