// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

// How scenarios end.

extension Engine {
  /// Closes the domains; what shows only then that a subject did to table memory.
  func closingFault(tablesAreAsTold: Bool = false) -> Fault? {
    for observed in lanes {
      if let misuse = observed.closeDomain(tablesAreAsTold: tablesAreAsTold) {
        return self.misuse(observed, misuse)
      }
    }
    return nil
  }

  /// A misuse as what is wrong with the request at hand.
  func misuse(_ observed: ObservedLane, _ misuse: Misuse) -> Fault {
    Fault(
      misuse.name, .misuse(subject: observed.lane.label, misuse),
      lane: lanes.firstIndex { $0 === observed })
  }

  /// The kernel's production build can link a table among leaves when a length ends within a page, and
  /// runs away when it frees that.
  var runsAwayInTeardown: Bool {
    configuration.build == Build.production.rawValue
      && mappedLengths & (hot.pointee.smallestPage &- 1) != 0
  }

  /// Has strangers free their tables where no oracle has, in thorough runs: a fault in that shows
  /// whoever judges.
  func teardownFault() -> Fault? {
    guard isThorough, !runsAwayInTeardown else { return nil }
    for observed in lanes
    where observed.lane.subject.isPlugin && !observed.lane.isTornDown && observed.status == .done {
      guard observed.teardown() != nil,
        let misuse = observed.lane.host.state.pointee.misuse
      else { continue }
      return self.misuse(observed, misuse)
    }
    return nil
  }

  /// Counts a domain that neither side opened.
  func countUnopened() {
    let result = lanes[0].lane.records.lazy.compactMap(ResultRecord.init).first { _ in true }
    let domain = DomainConfiguration(configuration)
    let kind = UnopenedDomain(
      format: domain.format, build: domain.build,
      kernel: Kernel(abi: lanes[0].lane.meant(configuration).kernel) ?? .linux7_1,
      errno: result?.errno ?? 0)
    hot.pointee.tally.unopened[kind, default: 0] += 1
  }
}
