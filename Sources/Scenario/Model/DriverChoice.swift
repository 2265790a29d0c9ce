// SPDX-License-Identifier: GPL-2.0-only

/// What `driver=` and `--driver` say: a name, then options, each behind a `+`, such as
/// `vtd+mamv=9+ats`. It chooses what hardware properties put behind a domain; no subject sees it.
public struct DriverChoice: Codable, Equatable, Sendable {
  /// The word before options.
  public let kind: DriverName
  /// `mamv=N`: the largest address mask, 0 to 63; nil where it is not said.
  public let largestMask: UInt8?
  /// `ats`: devices have TLBs.
  public let hasATS: Bool

  /// A driver with those of the options that it has.
  public init(_ kind: DriverName, largestMask: UInt8? = nil, hasATS: Bool = false) {
    self.kind = kind
    self.largestMask = kind.options.contains(.largestMask) ? largestMask.map { min($0, 63) } : nil
    self.hasATS = hasATS && kind.options.contains(.ats)
  }

  /// Reads what ``name`` prints, options in any order.
  public init(parsing text: String) throws(DriverNameError) {
    let words = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    guard let kind = DriverName.allCases.first(where: { "\($0.word)" == words[0] }) else {
      throw DriverNameError(expected: "a driver: \(DriverName.list)")
    }
    var mask: UInt8?
    var hasATS = false
    for word in words.dropFirst() {
      if word == "ats", kind.options.contains(.ats), !hasATS {
        hasATS = true
      } else if word.hasPrefix("mamv="), kind.options.contains(.largestMask), mask == nil {
        mask = try Self.mask(word)
      } else {
        throw DriverNameError(
          expected: "after `\(kind.word)` \(kind.options.text) (drivers: \(DriverName.list))")
      }
    }
    self.init(kind, largestMask: mask, hasATS: hasATS)
  }

  private static func mask(_ word: String) throws(DriverNameError) -> UInt8 {
    guard let number = UInt8(word.dropFirst(5)), number <= 63, word == "mamv=\(number)" else {
      throw DriverNameError(expected: "an address mask after `mamv=`, 0 to 63")
    }
    return number
  }

  /// As it is written.
  public var name: String {
    "\(kind.word)" + (largestMask.map { "+mamv=\($0)" } ?? "") + (hasATS ? "+ats" : "")
  }
}

/// A name that is none.
public struct DriverNameError: Error, Equatable {
  /// What should stand there, in words.
  public let expected: String
}
