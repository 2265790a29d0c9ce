// SPDX-License-Identifier: GPL-2.0-only

/// The models of drivers that `driver=` and `--driver` can name; what is behind each name, the room
/// `Hardware` knows. Raw values are their numbers in inputs: they never change, new ones follow.
public enum DriverName: UInt8, CaseIterable, Codable, Sendable {
  case riscv = 0
  case riscvNonLeaf = 1
  case riscvRanges = 2
  case riscvNonLeafRanges = 3
  case amd = 4
  case amdNpCache = 5
  case vtd = 6
  case vtdCaching = 7
  case shadow = 8
  case s390 = 9
  case exact = 10

  /// What can follow a name.
  struct Options: OptionSet, Sendable {
    let rawValue: UInt8
    static let ats = Options(rawValue: 1)
    static let largestMask = Options(rawValue: 2)

    /// For a reader.
    var text: String {
      let words = [contains(.ats) ? "`+ats`" : nil, contains(.largestMask) ? "`+mamv=N`" : nil]
        .compactMap(\.self)
      return words.isEmpty ? "no option" : words.joined(separator: " or ") + ", once"
    }
  }

  /// The word in scenario text, before options.
  public var word: StaticString {
    switch self {
    case .riscv: "riscv"
    case .riscvNonLeaf: "riscv-nl"
    case .riscvRanges: "riscv-s"
    case .riscvNonLeafRanges: "riscv-nl-s"
    case .amd: "amd"
    case .amdNpCache: "amd-np"
    case .vtd: "vtd"
    case .vtdCaching: "vtd-caching"
    case .shadow: "shadow"
    case .s390: "s390"
    case .exact: "exact"
    }
  }

  var options: Options {
    switch self {
    case .amd, .amdNpCache: .ats
    case .vtd, .vtdCaching: [.ats, .largestMask]
    default: []
    }
  }

  /// All of them, for a reader: `riscv, … or exact`.
  public static let list: String = {
    let words = allCases.map { "\($0.word)" }
    return words.dropLast().joined(separator: ", ") + " or " + words.last!
  }()
}
