// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What a driver of the kernel asks a format's initialisation for, on some hardware, when it makes a
/// paging domain.
public struct DriverRequest: Sendable {
  /// The hardware, in words.
  public let name: String
  /// The file and the function that asks.
  public let place: String
  /// What is asked for. The page sizes that a driver takes away afterwards are not part of it.
  public let domain: DomainConfiguration

  /// All that the drivers of a release ask for.
  public static func all(of release: Kernel) -> [DriverRequest] {
    (RISCVDriver.domains + AMDDriver.domains + IntelDriver.domains)
      .filter { $0.releases.contains(release) }
      .flatMap { $0.requests(of: release) }
  }
}

/// One function of a driver that makes paging domains, and what it makes depend on the hardware.
struct DriverDomain {
  /// An address width with the top level that goes with it.
  typealias Shape = (name: String, va: UInt8, top: UInt32?)

  var name: String
  var place: String
  var format: Format
  var oa: UInt8
  /// What is always asked for.
  var always: Features
  /// One of each list is asked for besides.
  var choices: [[(name: String, features: Features)]] = []
  var shapes: [Shape]
  /// Releases that ask so.
  var releases: ClosedRange<Kernel> = .linux7_1 ... .linux7_3

  /// Every combination; domains of 7.1 do not name their release, so that version 1 can say them.
  func requests(of release: Kernel) -> [DriverRequest] {
    var combinations: [(names: [String], features: Features)] = [([], always)]
    for choice in choices {
      combinations = combinations.flatMap { so in
        choice.map { (so.names + [$0.name], so.features.union($0.features)) }
      }
    }
    return shapes.flatMap { shape in
      combinations.map { names, features in
        DriverRequest(
          name: ([name, shape.name] + names).filter { !$0.isEmpty }.joined(separator: ", "),
          place: place,
          domain: DomainConfiguration(
            format: format, va: shape.va, oa: oa, features: features, top: shape.top,
            kernel: release == .linux7_1 ? nil : release))
      }
    }
  }
}
