// SPDX-License-Identifier: GPL-2.0-only

/// What must never happen. Each is a file of its own, with its name, its promise and what looks for it.
public struct HardwareProperty: Hashable, Sendable {
  /// What `--only`, `--except` and reports call it.
  public let rawValue: String
  /// One sentence: what it promises.
  public let promise: String

  init(_ name: String, _ promise: String) {
    rawValue = name
    self.promise = promise
  }
}

extension HardwareProperty: CaseIterable {
  /// All of them, and who is believed where two say the same: the one that comes first here.
  public static let allCases: [HardwareProperty] = [
    .noCrash, .doubleFree, .freeWhileLinked, .tableUseAfterFree, .walkerVisibility, .missingSync,
    .syncBeforeStore, .staleTranslation, .iovaReuse, .iovaOverlap, .iovaFreeLive, .queueOrder,
    .staleDirty, .dirtyUnreported, .notPresentCached, .tableExposed, .attributes, .pageSizeBitmap,
    .syncArguments, .syncWhileQueued, .overInvalidation, .leak, .noWarn, .memoryInTheWindow,
  ]
}

/// A property that was broken.
public struct Danger: Sendable {
  /// Which one.
  public var property: HardwareProperty
  /// What tells causes apart, without addresses.
  public var kind: String
  /// What was cached, since when, and what did not remove it.
  public var text: String
  /// The class that it belongs to where that is known and allowed: reports count it.
  public var known: KnownClass?
  /// All of that at length, where it was asked for and something may be cached.
  public var account: CacheAccount?
  /// The word was not written back.
  let isUnwritten: Bool
  /// All of the address space is what was asked for.
  let isEverything: Bool

  init(
    _ property: HardwareProperty, _ kind: String, _ text: String, isUnwritten: Bool,
    isEverything: Bool, known: KnownClass?
  ) {
    self.property = property
    self.kind = kind
    self.text = text
    self.isUnwritten = isUnwritten
    self.isEverything = isEverything
    self.known = known
  }
}
