// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// Releases are written with their point as an underscore.
// swift-format-ignore: AlwaysUseLowerCamelCase
/// The release whose behaviour a scenario means; raw values are the subject ABI's `enum iopt_kernel`.
public enum Kernel: UInt32, CaseIterable, Codable, Comparable, Sendable {
  case linux7_1 = 1
  case linux7_2 = 2
  case linux7_3 = 3

  /// The word after `kernel=` in scenario text.
  public var name: StaticString {
    switch self {
    case .linux7_1: "7.1"
    case .linux7_2: "7.2"
    case .linux7_3: "7.3"
    }
  }

  public static func < (left: Kernel, right: Kernel) -> Bool { left.rawValue < right.rawValue }

  /// All names, for a reader: `7.1, 7.2 or 7.3`.
  public static let names: String = {
    let words = allCases.map { "\($0.name)" }
    return words.dropLast().joined(separator: ", ") + " or " + words.last!
  }()

  /// The release that a kernel number of the ABI means; version 1's, which says none, means 7.1. nil
  /// for one that is not known.
  public init?(abi number: UInt32) {
    self.init(rawValue: number == IOPT_KERNEL_UNSAID.rawValue ? Kernel.linux7_1.rawValue : number)
  }
}

/// What differs between releases, a kernel change each; raw values are the ABI's `enum iopt_row`.
public enum KernelRow: UInt32, CaseIterable, Codable, Sendable {
  case lookup = 0
  case dynamicTop = 1
  case pageSizes = 2
  case smallMap = 3
  case noPageSize = 4
  case levels = 5
  case svpbmt = 6
  case dirty = 7
  case emptyPiece = 8
  case destroy = 9
  case magazines = 10

  /// The word in front of `=K` where a single row is put in force.
  public var name: StaticString {
    switch self {
    case .lookup: "lookup"
    case .dynamicTop: "dynamic-top"
    case .pageSizes: "page-sizes"
    case .smallMap: "small-map"
    case .noPageSize: "no-page-size"
    case .levels: "levels"
    case .svpbmt: "svpbmt"
    case .dirty: "dirty"
    case .emptyPiece: "empty-piece"
    case .destroy: "destroy"
    case .magazines: "magazines"
    }
  }

  /// The release that changed it.
  public var changed: Kernel {
    switch self {
    case .lookup, .dynamicTop, .pageSizes, .smallMap, .noPageSize, .levels, .svpbmt: .linux7_2
    case .dirty, .emptyPiece, .destroy, .magazines: .linux7_3
    }
  }
}
