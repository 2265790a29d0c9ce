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

  /// Names tell them apart.
  public static func == (one: HardwareProperty, other: HardwareProperty) -> Bool {
    one.rawValue == other.rawValue
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
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

/// A property that was broken. What is seldom there is kept elsewhere: one is asked for after every
/// operation.
public struct Danger: Sendable {
  private enum Account {
    case none
    indirect case some(CacheAccount)
  }

  /// Which one.
  public var property: HardwareProperty
  /// What tells causes apart, without addresses.
  public var kind: String
  /// What was cached, since when, and what did not remove it.
  public var text: String
  /// The class that it belongs to where that is known and allowed: reports count it.
  public var known: KnownClass?
  /// All of that at length, where it was asked for and something may be cached.
  public var account: CacheAccount? {
    get { if case .some(let account) = place { account } else { nil } }
    set { place = newValue.map(Account.some) ?? .none }
  }
  private var place = Account.none
  /// All of the address space is what was asked for.
  let isEverything: Bool

  init(
    _ property: HardwareProperty, _ kind: String, _ text: String, isEverything: Bool,
    known: KnownClass?
  ) {
    self.property = property
    self.kind = kind
    self.text = text
    self.isEverything = isEverything
    self.known = known
  }
}
