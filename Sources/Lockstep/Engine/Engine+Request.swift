// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Log
import ScenarioLanguage
import SubjectABI

extension Engine {
  /// The request at hand.
  var request: Request {
    if let source { return source }
    if let operation { return .operation(Operation(operation.pointee)) }
    return .open(domain, dma)
  }

  /// The domain of the scenario at hand.
  public var domain: DomainConfiguration {
    if case .open(let domain, _)? = source { return domain }
    return DomainConfiguration(configuration, driver: driver)
  }

  private var dma: DMAConfiguration? { DMAConfiguration(configuration) }

  /// What a lane did with the request at hand, for evidence.
  func side(_ observed: ObservedLane) -> Finding.Side {
    var side = Finding.Side(
      name: observed.lane.label, words: Array(observed.observations()), form: request.resultForm)
    side.annotate(like: observed, DomainConfiguration(configuration))
    side.notes.merge(observed.remarks(beside: side.words)) { _, remark in remark }
    if observed.lane.subject.logsStores { side.untold = observed.shadow.firstUntoldWord() }
    return side
  }

  // MARK: Whole scenarios

  /// Runs one scenario from empty memory and leaves the lanes empty again. `file` stands for it in
  /// findings, where lines are those of its canonical text.
  @discardableResult
  public func run(_ scenario: borrowing LoweredScenario, file: String = "") -> Finding? {
    defer { close() }
    return perform(scenario, file: file)
  }

  /// The same, but leaves the lanes open: ``close()`` follows.
  func perform(_ scenario: borrowing LoweredScenario, file: String) -> Finding? {
    hot.pointee.operationsStay = true
    defer { hot.pointee.operationsStay = false }
    source = nil
    place = Finding.Place(file: file, line: file.isEmpty ? 0 : 2, scenarioLine: 1)
    open(scenario.configuration, driver: scenario.driver)
    let firstLine = scenario.configuration.has_dma == 0 ? 3 : 4
    for index in 0..<scenario.count where state == .running {
      if !file.isEmpty { place.line = firstLine + index }
      run(scenario.operations + index)
    }
    finish()
    return finding
  }

  /// The same for a scenario that was not lowered.
  @discardableResult
  public func run(_ scenario: Scenario, file: String = "") -> Finding? {
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    return run(lowered, file: file)
  }

  func makeFinding(_ oracle: OracleName, _ fault: Fault, atEnd: Bool) -> Finding {
    let request = request
    var place = place
    place.operation = operationIndex
    var finding = Finding(
      signature: Signature(
        oracle, operation: atEnd ? "end" : request.word, difference: fault.difference,
        modes: modes(atEnd: atEnd)),
      place: place, statement: atEnd ? "" : request.text,
      subjects: lanes.map(\.lane.specification), evidence: fault.evidence, faultyLane: fault.lane)
    finding.hardware = fault.hardware
    finding.isReplay = oracles.contains { $0.name == .trace }
    finding.remarks = lanes.flatMap(\.remarks)
    return finding
  }
}

extension Finding.Side {
  /// Notes beside each `pte` observation what its first word means, with the tables of `observed`
  /// to find each table's place in the tree.
  mutating func annotate(like observed: ObservedLane, _ domain: DomainConfiguration) {
    guard let top = observed.top else { return }
    let places = TablePlaces(
      top: top.pa, level: top.level, reader: TableReader(domain),
      in: observed.lane.host.state.pointee.arena)
    words.withUnsafeBufferPointer { words in
      for (number, record) in RecordView(words).enumerated() {
        guard let change = PTERecord(record) else { continue }
        notes[number] = places.describe(
          change.value, at: change.table &+ change.first &* 8,
          count: change.last &- change.first &+ 1)
      }
    }
  }
}
