// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A finding about the kernel that is written down (Documentation/findings), by its signature: what
/// property it breaks, behind which drivers, in which releases. ``KnownClass`` says what becomes of a
/// scenario by what it did; what is not listed here is new all the same.
public struct ListedFinding: Sendable {
  /// Drivers whose commands it takes.
  public enum Drivers: Sendable {
    /// Whatever the driver, the page table or the layer above does it.
    case any
    /// Those whose commands go by levels.
    case byLevels
    /// AMD's under NpCache.
    case amdNP
    case s390

    func contain(_ driver: any Driver) -> Bool {
      switch self {
      case .any: true
      case .byLevels: driver.goesByLevels
      case .amdNP: driver is AMDCommands && driver.cachesAbsence
      case .s390: driver is S390Driver
      }
    }
  }

  /// As it is counted.
  public var name: KnownClass
  /// The first and the last that have it.
  public var releases: ClosedRange<Kernel>
  /// Behind which it is one.
  public var drivers: Drivers
  /// What breaks then; nil: anything may.
  public var properties: Set<HardwareProperty>?

  init(
    _ name: KnownClass, _ releases: ClosedRange<Kernel>, _ drivers: Drivers = .any,
    _ properties: Set<HardwareProperty>? = nil
  ) {
    (self.name, self.releases, self.drivers) = (name, releases, drivers)
    self.properties = properties
  }

  /// The list.
  public static let all: [ListedFinding] = {
    let always = Kernel.linux7_1...Kernel.linux7_3
    let first = Kernel.linux7_1...Kernel.linux7_1
    let mended = Kernel.linux7_1...Kernel.linux7_2
    let since = Kernel.linux7_2...Kernel.linux7_3
    let removed: Set<HardwareProperty> = [
      .missingSync, .staleTranslation, .staleDirty, .tableUseAfterFree,
    ]
    return [
      ListedFinding(.stretchedGather, always, .any, [.overInvalidation, .syncArguments]),
      ListedFinding(.stretchedGather, since, .byLevels, [.staleTranslation, .tableUseAfterFree]),
      ListedFinding(.coherentBeforeSync, always, .any, [.walkerVisibility]),
      ListedFinding(.dirtyClearNotWrittenBack, always, .any, [.staleDirty]),
      ListedFinding(.dirtyReadAcrossGaps, always, .any, [.overInvalidation]),
      ListedFinding(.dirtyWithoutLevels, since, .byLevels, [.staleDirty]),
      ListedFinding(.unmapOfNothing, always, .any, [.overInvalidation, .syncArguments]),
      ListedFinding(.unmapOfNothing, always, .s390, removed),
      ListedFinding(.queuedGatherSynced, always),
      ListedFinding(.wholeSpaceUnderNpCache, first, .amdNP, removed),
      ListedFinding(.dirtyItemUnreported, mended, .any, [.dirtyUnreported, .staleDirty]),
      // Owners of IOVAs are mixed up from there on.
      ListedFinding(.partlyLinkedRange, mended),
      ListedFinding(.emptyPiece, mended),
      ListedFinding(.smallPageForbidden, first, .any, [.pageSizeBitmap]),
    ]
  }()

  /// Names that stand in the list.
  private static let names = Set(all.map(\.name))

  /// Whether a danger of the class is listed; what scenarios ask for is no finding, and is told apart
  /// without a list.
  public static func has(
    _ name: KnownClass, _ property: HardwareProperty, behind driver: any Driver, in release: Kernel
  ) -> Bool {
    guard names.contains(name) else { return true }
    return all.contains {
      $0.name == name && $0.releases.contains(release) && $0.drivers.contain(driver)
        && $0.properties?.contains(property) ?? true
    }
  }
}
