// SPDX-License-Identifier: GPL-2.0-only

/// A set of disjoint mappings from IOVA to physical address, sorted. It knows nothing of pages,
/// tables or entries.
public struct IntervalMap: Equatable, Sendable {
  /// What one map call made, or what was left of it.
  public struct Mapping: Equatable, Sendable {
    /// Where it starts.
    public var first: UInt64
    /// Inclusive.
    public var last: UInt64
    public var pa: UInt64

    public init(first: UInt64, last: UInt64, pa: UInt64) {
      self.first = first
      self.last = last
      self.pa = pa
    }
  }

  /// In order of their addresses; none overlaps another.
  public private(set) var mappings: [Mapping] = []

  /// An empty map.
  public init() {}

  /// The index of the first mapping that ends at or after `address`.
  private func index(endingFrom address: UInt64) -> Int {
    firstIndex(endingFrom: address, count: mappings.count) { mappings[$0].last }
  }

  /// The mapping that holds `address`.
  public func mapping(at address: UInt64) -> Mapping? {
    let index = index(endingFrom: address)
    guard index < mappings.count, mappings[index].first <= address else { return nil }
    return mappings[index]
  }

  /// The first mapped address from `first` to `last`.
  public func firstMapped(_ first: UInt64, _ last: UInt64) -> UInt64? {
    let index = index(endingFrom: first)
    guard index < mappings.count, mappings[index].first <= last else { return nil }
    return max(first, mappings[index].first)
  }

  /// Whether any address from `first` to `last` is mapped.
  public func overlaps(_ first: UInt64, _ last: UInt64) -> Bool {
    firstMapped(first, last) != nil
  }

  /// The physical address that `address` translates to.
  public func translate(_ address: UInt64) -> UInt64? {
    mapping(at: address).map { $0.pa &+ (address - $0.first) }
  }

  /// Adds a mapping, which must not overlap others.
  public mutating func insert(_ mapping: Mapping) {
    precondition(!overlaps(mapping.first, mapping.last))
    mappings.insert(mapping, at: index(endingFrom: mapping.first))
  }

  /// Removes every address from `first` to `last`; mappings that reach beyond are cut.
  public mutating func remove(_ first: UInt64, _ last: UInt64) {
    let start = index(endingFrom: first)
    var end = start
    var kept: [Mapping] = []
    while end < mappings.count, mappings[end].first <= last {
      let old = mappings[end]
      if old.first < first { kept.append(Mapping(first: old.first, last: first - 1, pa: old.pa)) }
      if old.last > last {
        kept.append(
          Mapping(first: last + 1, last: old.last, pa: old.pa &+ (last + 1 - old.first)))
      }
      end += 1
    }
    mappings.replaceSubrange(start..<end, with: kept)
  }

  /// How many bytes are mapped without a hole from `address` on, up to `last`; 0 when `address` is
  /// not mapped.
  public func run(from address: UInt64, to last: UInt64) -> UInt64 {
    var next = address
    for mapping in mappings[index(endingFrom: address)...] {
      guard mapping.first <= next else { break }
      if mapping.last >= last { return last &- address &+ 1 }
      next = mapping.last + 1
    }
    return next - address
  }
}
