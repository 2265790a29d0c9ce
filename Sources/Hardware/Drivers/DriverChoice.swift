// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What `driver=` and `--driver` say: a name, then options, each behind a `+`, such as
/// `vtd+mamv=9+ats`.
public struct DriverChoice: Equatable, Sendable {
  /// The word before options.
  public let kind: String
  /// `mamv=N`: the largest address mask, nil where it is not said.
  public private(set) var largestMask: UInt8?
  /// `ats`: devices have TLBs.
  public private(set) var hasATS = false

  /// An entry of the table, which is known to be there.
  init(_ kind: String) { self.kind = kind }

  /// Reads what ``name`` prints, options in any order.
  public init(parsing text: String) throws(DriverNameError) {
    let words = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    guard let entry = driverTable.first(where: { $0.name == words[0] }) else {
      throw DriverNameError(expected: "a driver: \(Self.names)")
    }
    kind = entry.name
    for word in words.dropFirst() { try read(word, entry) }
  }

  private mutating func read(_ word: String, _ entry: DriverKind) throws(DriverNameError) {
    if word == "ats", entry.options.contains(.ats), !hasATS {
      hasATS = true
    } else if word.hasPrefix("mamv="), entry.options.contains(.largestMask), largestMask == nil {
      guard let number = UInt8(word.dropFirst(5)), number <= 63, word == "mamv=\(number)" else {
        throw DriverNameError(expected: "an address mask after `mamv=`, 0 to 63")
      }
      largestMask = number
    } else {
      throw DriverNameError(expected: "after `\(kind)` \(entry.options.text)")
    }
  }

  /// As it is written.
  public var name: String {
    kind + (largestMask.map { "+mamv=\($0)" } ?? "") + (hasATS ? "+ats" : "")
  }

  /// All names, for a reader.
  public static var names: String {
    let names = driverTable.map(\.name)
    return names.dropLast().joined(separator: ", ") + " or " + names.last!
  }

  /// The driver of hardware that has such tables.
  public static func natural(for domain: DomainConfiguration) -> DriverChoice {
    let hasNoGaps = domain.features.contains(.flushRangeNoGaps)
    switch domain.format {
    case .riscv64: return DriverChoice("riscv")
    case .vtdss: return DriverChoice("vtd")
    case .x8664 where domain.features.contains(.signExtend): return DriverChoice("vtd")
    case .amdv1, .x8664: return DriverChoice(hasNoGaps ? "amd-np" : "amd")
    default: return DriverChoice("exact")
    }
  }

  private var entry: DriverKind { driverTable.first { $0.name == kind }! }

  /// The driver as it is in a release, or in the scenario's own, for a domain.
  public func driver(
    for domain: DomainConfiguration, release: Kernel? = nil
  ) -> any Driver {
    entry.make(self, domain, release ?? domain.kernel ?? .linux7_1)
  }

  /// Whether the driver would ever make such a domain, page sizes aside, and ask for it to be synced
  /// after a map where it must.
  public func isOfItsKind(
    _ domain: DomainConfiguration, release: Kernel? = nil
  ) -> Bool {
    let release = release ?? domain.kernel ?? .linux7_1
    if entry.make(self, domain, release).cachesAbsence && !domain.hasSyncMap { return false }
    return entry.makes(domain, release)
  }
}

/// A name that is none.
public struct DriverNameError: Error, Equatable {
  /// What should stand there, in words.
  public let expected: String
}
