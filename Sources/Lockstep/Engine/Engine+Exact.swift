// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension Engine {
  /// The misuse of table memory that may be behind a finding: the scenario is run once more, up to the
  /// same place, with all that is no table closed, and all words looked at after every operation. nil
  /// when no subject breaks a rule in that run, and when the scenario is not known to its beginning.
  func misuseBehind(_ found: Finding) -> Finding? {
    guard isThorough, history.isUsable else { return nil }
    let (source, place, operation) = (self.source, self.place, hot.pointee.operation)
    let index = hot.pointee.operationIndex
    defer {
      leaveExactRun()
      (self.source, self.place, hot.pointee.operation) = (source, place, operation)
      hot.pointee.operationIndex = index
    }
    for observed in lanes {
      observed.endScenario()
      observed.watch(thoroughly: true, exactly: true)
    }
    return exactRun()
  }

  private func leaveExactRun() {
    for observed in lanes {
      observed.endScenario()
      observed.watch(thoroughly: isThorough)
    }
  }

  private func exactRun() -> Finding? {
    place.isEnd = false
    for index in -1..<history.scenario.count {
      place.line = history.line(index)
      hot.pointee.operationIndex = index
      if index < 0 {
        source = history.opening
        hot.pointee.operation = nil
        for observed in lanes { observed.open(configuration) }
      } else {
        source = nil
        hot.pointee.operation = UnsafePointer(history.scenario.operations + index)
        for observed in lanes { observed.run(history.scenario.operations + index) }
      }
      for observed in lanes { observed.lane.host.noteChanges() }
      for observed in lanes where observed.status != .crashed { observed.takeLog() }
      if let fault = abiFault(everyWord: true) { return makeFinding(.abi, fault, atEnd: false) }
      guard lanes.allSatisfy({ $0.status == .done }) else { break }
      for observed in lanes { observed.shadow.settle() }
    }
    place.isEnd = true
    return closingFault().map { makeFinding(.abi, $0, atEnd: true) }
  }
}
