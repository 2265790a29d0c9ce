// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A set of page-table features; bits are the subject ABI's `enum iopt_feature`. A format's own stand
/// in its file.
struct FeatureSet: OptionSet {
  let rawValue: UInt32

  @inline(__always)
  init(rawValue: UInt32) { self.rawValue = rawValue }

  static let dmaIncoherent = FeatureSet(rawValue: IOPT_FEATURE_DMA_INCOHERENT.rawValue)
  static let fullVA = FeatureSet(rawValue: IOPT_FEATURE_FULL_VA.rawValue)
  static let dynamicTop = FeatureSet(rawValue: IOPT_FEATURE_DYNAMIC_TOP.rawValue)
  static let signExtend = FeatureSet(rawValue: IOPT_FEATURE_SIGN_EXTEND.rawValue)
  static let flushRange = FeatureSet(rawValue: IOPT_FEATURE_FLUSH_RANGE.rawValue)
  static let noGaps = FeatureSet(rawValue: IOPT_FEATURE_FLUSH_RANGE_NO_GAPS.rawValue)
  /// Only in releases that gather levels: see ``Behaviours/gathersLevels``.
  static let detailedGather = FeatureSet(rawValue: IOPT_FEATURE_DETAILED_GATHER.rawValue)

  /// Those that are no one format's own.
  @inline(__always) static var ofEveryFormat: FeatureSet {
    [.dmaIncoherent, .fullVA, .dynamicTop, .signExtend, .flushRange, .noGaps, .detailedGather]
  }
}

/// What ``OptionSet`` gives to every set, once more for this one: builds without optimization, those of
/// the tests, do not specialise the standard library's code, and spent half of their time in it.
extension FeatureSet {
  @inline(__always)
  init(arrayLiteral features: FeatureSet...) {
    var bits: UInt32 = 0
    for index in 0..<features.count { bits |= features[index].rawValue }
    self.init(rawValue: bits)
  }

  @inline(__always)
  func contains(_ other: FeatureSet) -> Bool { other.rawValue & ~rawValue == 0 }

  @inline(__always)
  func union(_ other: FeatureSet) -> FeatureSet {
    FeatureSet(rawValue: rawValue | other.rawValue)
  }

  @inline(__always)
  func intersection(_ other: FeatureSet) -> FeatureSet {
    FeatureSet(rawValue: rawValue & other.rawValue)
  }

  @inline(__always)
  func subtracting(_ other: FeatureSet) -> FeatureSet {
    FeatureSet(rawValue: rawValue & ~other.rawValue)
  }

  @inline(__always)
  func isSubset(of other: FeatureSet) -> Bool { other.contains(self) }

  @inline(__always)
  mutating func formUnion(_ other: FeatureSet) { self = union(other) }

  @inline(__always)
  static func == (left: FeatureSet, right: FeatureSet) -> Bool { left.rawValue == right.rawValue }
}

/// How the kernel's code was compiled.
protocol BuildMode {
  /// Whether violated expectations are checked and reported (`CONFIG_DEBUG_GENERIC_PT`).
  static var checks: Bool { get }
}

enum ProductionBuild: BuildMode {
  @inline(__always) static var checks: Bool { false }
}

enum DebugBuild: BuildMode {
  @inline(__always) static var checks: Bool { true }
}
