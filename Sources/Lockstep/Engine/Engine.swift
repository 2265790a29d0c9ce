// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

/// The one thing that runs scenarios: it hands each request to every lane, takes in what they
/// logged, holds the stores against table memory, and shows it to the oracles. Kept for many
/// scenarios; a run in which nothing is wrong allocates nothing of its own.
public final class Engine {
  /// Where the scenario at hand stands.
  public enum State: Sendable {
    /// None is under way.
    case idle
    case running
    /// It ended by its own rules: initialisation failed, or an operation crashed.
    case over
    /// A subject refused.
    case refused
    /// Something is wrong; what follows would only repeat it.
    case found
  }

  /// The subjects that are run, in the order in which each request is handed to them.
  public let lanes: [ObservedLane]
  /// Who judges, in the order in which they are asked.
  public let oracles: [any Oracle]
  /// Where the scenario at hand stands.
  public var state: State { hot.pointee.state }
  /// What was run so far.
  public var tally: RunTally { hot.pointee.tally }
  /// What is wrong in the scenario at hand, without the file.
  public internal(set) var finding: Finding?
  /// Whether all words of small domains are held against what was told after every operation, and
  /// not only those that the operation told. The rest is seen when the scenario ends.
  /// What a run that is not thorough finds has no true `pte` lines: it is run again for its report.
  /// Changed between scenarios only.
  public var isThorough = true {
    didSet {
      for observed in lanes {
        observed.shadow.keepsBefore = isThorough
        observed.watch(thoroughly: isThorough)
      }
    }
  }
  /// Told when a finding is made, with it.
  public var onFinding: (Finding) -> Void = { _ in }
  /// Where requests come from; findings carry it.
  public var place = Finding.Place(file: "")

  // The request at hand, for oracles.

  /// The domain's configuration.
  public private(set) var configuration = iopt_config()
  /// The driver that its `domain` line names; nil: none.
  public private(set) var driver: DriverChoice?
  /// nil while the domain is opened.
  public var operation: UnsafePointer<iopt_op>? { hot.pointee.operation }
  /// The operation's number from 0.
  public var operationIndex: Int? {
    hot.pointee.operationIndex < 0 ? nil : hot.pointee.operationIndex
  }
  /// Whether a subject refused the scenario that was run last.
  public var wasRefused: Bool { hot.pointee.wasRefused }
  /// The lengths of all maps in the scenario so far, or'ed together.
  var mappedLengths: UInt64 { hot.pointee.mappedLengths }
  /// How many scenarios were begun, the one at hand among them, since the tally began.
  var scenarioNumber: Int { hot.pointee.tally.scenarios }
  /// How the logs of two lanes differ, or the memory that they tell; nil when they do not, or with
  /// another number of lanes.
  public var logDifference: LogDifference? { hot.pointee.logDifference }
  /// Whether two lanes have logged the same since the domain was opened, word for word and store for
  /// store, so that what reads nothing but logs says the same of both. Kept track of in runs that are
  /// not thorough, of scenarios that are there from the beginning.
  var lanesAreAlike: Bool { hot.pointee.lanesAreAlike }
  /// What a trace says of the request, as record words.
  var expected: [UInt64] = []
  /// The request as it was read, when it was.
  var source: Request?

  /// What changes with each operation, behind a pointer, so that nothing here needs an exclusivity
  /// check.
  struct Hot {
    var state = State.idle
    var tally = RunTally()
    var operation: UnsafePointer<iopt_op>?
    var operationIndex = -1
    var wasRefused = false
    var logDifference: LogDifference?
    var modes = ModesInForce()
    /// Slots that ``looksAtEveryWord(_:)`` let pass in the scenario.
    var slotsLookedAt = 0
    /// The lengths of all maps in the scenario, or'ed together.
    var mappedLengths: UInt64 = 0
    /// The domain's, in bytes; 0 where none was opened.
    var smallestPage: UInt64 = 0
    /// That of the domain, where a kernel tree runs it; 0 for none. Whether memory at it was mapped.
    var encryptionBit: UInt64 = 0
    var mapsEncrypted = false
    /// ``RunTally/judgements`` before the scenario.
    var judgementsBefore = 0
    /// The scenario's operations stay where they are until it is over.
    var operationsStay = false
    /// See ``Engine/lanesAreAlike``.
    var lanesAreAlike = false
  }

  let hot: UnsafeMutablePointer<Hot>
  /// What was asked in the scenario at hand, of a thorough run.
  let history = ScenarioHistory()
  // The lanes once more: an array's elements are counted references.
  private let first: ObservedLane
  private let last: ObservedLane
  private let isPair: Bool
  /// Their shadows, reached without counting references.
  private let shadows: ShadowPair
  /// Every lane tells its stores.
  private let tellStores: Bool
  /// And there are two of them.
  private let takesTogether: Bool
  /// Where nothing differs a comparison has nothing more to say: the rest is asked each time.
  private let compares: Bool
  private let others: AskedOracles
  /// Some oracle's verdicts are another's while ``lanesAreAlike``.
  private let sharesVerdicts: Bool
  /// As what trees are judged was not told yet.
  var owesReleaseNotes = true
  /// Where the engine tells how far it is: where its lanes tell their calls, or nowhere.
  private let progress: UnsafeMutablePointer<RunProgress>?

  /// Runs on `lanes`, which nobody else uses meanwhile.
  public init(_ lanes: [Lane], _ oracles: [any Oracle]) {
    precondition(!lanes.isEmpty)
    self.lanes = lanes.map(ObservedLane.init)
    for lane in lanes { lane.hear(with: lanes) }
    self.oracles = oracles.sorted { Self.rank($0.name) < Self.rank($1.name) }
    first = self.lanes[0]
    last = self.lanes[self.lanes.count - 1]
    isPair = lanes.count == 2
    shadows = ShadowPair(first.shadow, last.shadow)
    tellStores = lanes.allSatisfy(\.subject.logsStores)
    takesTogether = isPair && tellStores
    others = AskedOracles(self.oracles.filter { !$0.judgesDifferencesOnly })
    compares = others.count < oracles.count
    sharesVerdicts = takesTogether && oracles.contains(where: \.followsAnother)
    progress = lanes[0].progress
    hot = .allocate(capacity: 1)
    hot.initialize(to: Hot())
  }

  deinit {
    hot.deinitialize(count: 1)
    hot.deallocate()
  }

  /// What was seen that is known and allowed, by name, and how often.
  public var departures: [(name: String, count: Int)] { oracles.flatMap(\.departures) }

  /// What was run since the last call; the tally begins anew.
  public func takeTally() -> RunTally {
    defer { hot.pointee.tally = RunTally() }
    return hot.pointee.tally
  }

  private static func rank(_ name: OracleName) -> Int { OracleName.allCases.firstIndex(of: name)! }

  // MARK: One request after another

  /// Starts a scenario: opens a domain on every lane, with everything reset. `driver` is for oracles.
  public func open(_ configuration: borrowing iopt_config, driver: DriverChoice? = nil) {
    close()
    hot.pointee.tally.scenarios += 1
    if !tellStores { hot.pointee.tally.withoutStores += 1 }
    hot.pointee.tally.statements += 1
    hot.pointee.state = .running
    hot.pointee.wasRefused = false
    hot.pointee.operation = nil
    hot.pointee.operationIndex = -1
    hot.pointee.slotsLookedAt = 0
    hot.pointee.mappedLengths = 0
    hot.pointee.modes = ModesInForce(configuration)
    hot.pointee.judgementsBefore = hot.pointee.tally.judgements
    finding = nil
    if let progress {
      progress.pointee.scenarios &+= 1
      progress.pointee.operation = -1
      progress.pointee.isAtEnd = 0
    }
    self.configuration = copy configuration
    self.driver = driver
    if isThorough { history.begin(source, place) }
    for observed in lanes { observed.open(configuration) }
    if lanes.contains(where: { $0.lane.isOfAnotherRelease }) {
      hot.pointee.tally.otherReleases += 1
    }
    if owesReleaseNotes { tellReleaseNotes() }
    guard takeAnswers() else { return }
    let pageSizes = DomainInfo(first.lane.records)?.pageSizes ?? 0
    hot.pointee.smallestPage = pageSizes & (0 &- pageSizes)
    watchForEncryptedMemory()
    hot.pointee.lanesAreAlike = sharesVerdicts && !isThorough && hot.pointee.operationsStay
    noteLikeness()
    for oracle in oracles where take(oracle.begin(self), of: oracle) { return }
    settle()
  }

  /// Runs the scenario's next operation; false when the scenario had ended before it.
  @discardableResult
  public func run(_ operation: UnsafePointer<iopt_op>) -> Bool {
    hot.pointee.operation = operation
    hot.pointee.operationIndex += 1
    if let progress { progress.pointee.operation = Int64(hot.pointee.operationIndex) }
    guard hot.pointee.state == .running else { return judgeAfterTheEnd() }
    hot.pointee.tally.statements += 1
    if operation.pointee.kind <= IOPT_OP_MAP_RANGE.rawValue {
      hot.pointee.mappedLengths |= operation.pointee.len
    }
    if hot.pointee.encryptionBit != 0 { noteEncryptedMemory(operation) }
    if isThorough { history.append(operation, place) }
    first.run(operation)
    if isPair {
      last.run(operation)
    } else if first !== last {
      for observed in lanes.dropFirst() { observed.run(operation) }
    }
    guard takeAnswers() else { return true }
    noteLikeness()
    if compares, hot.pointee.logDifference == nil {
      hot.pointee.tally.judgements += 1
      let kind: UInt64 = 1 << UInt64(operation.pointee.kind)
      for index in 0..<others.count where others.kinds(index) & kind != 0 {
        if take(others.judge(index, self), of: others.oracle(index)) { return true }
      }
    } else {
      for oracle in oracles where take(oracle.judge(self), of: oracle) { return true }
    }
    if ModesInForce.mayChange(after: operation.pointee.kind) { noteModes(operation) }
    settle()
    return true
  }

  /// Ends the scenario: what can be asked only then is asked, and the domains are closed.
  public func finish() {
    guard state != .idle, state != .found else { return }
    progress?.pointee.isAtEnd = 1
    place.isEnd = true
    defer { place.isEnd = false }
    if state == .running {
      for observed in lanes {
        if let word = observed.shadow.firstUntoldWord() {
          return report(.abi, misuse(observed, .untoldWord(word)), atEnd: true)
        }
      }
      // What asks subjects for more comes before what takes their tables down.
      for oracle in oracles.reversed() {
        if take(oracle.end(self), of: oracle, atEnd: true) { return }
      }
      if let fault = teardownFault() { return report(.abi, fault, atEnd: true) }
    }
    if let fault = closingFault(tablesAreAsTold: state == .running) {
      report(.abi, fault, atEnd: true)
    }
  }

  /// Leaves the lanes empty.
  public func close() {
    if state == .idle { return }
    for observed in lanes { observed.endScenario() }
    hot.pointee.state = .idle
  }

  private func judgeAfterTheEnd() -> Bool {
    guard state == .over else { return false }
    for oracle in oracles {
      let judgement = oracle.judgeAfterTheEnd(self)
      if take(judgement, of: oracle) { return true }
      if case .kept = judgement { return true }
    }
    return false
  }

  // MARK: Judging

  /// Takes in what the lanes did with the request; false when it ends the scenario.
  @inline(__always)
  private func takeAnswers() -> Bool {
    if first.status == .done, last.status == .done, takesTogether {
      hot.pointee.logDifference = shadows.take(first.log, last.log)
      if !isThorough, !first.isAtFault, !last.isAtFault { return true }
    } else {
      if lanes.contains(where: { $0.status == .refused }) {
        takeRefusal()
        return false
      }
      takeUnlikeLogs()
    }
    guard let fault = abiFault() else { return true }
    report(.abi, fault)
    return false
  }

  /// Whether the lanes are alike still.
  @inline(__always)
  private func noteLikeness() {
    guard hot.pointee.lanesAreAlike else { return }
    hot.pointee.lanesAreAlike =
      first.status == .done && last.status == .done && hot.pointee.logDifference == nil
      && tellAlike(first.log, last.log)
  }

  /// Ends the operation.
  @inline(__always)
  private func settle() {
    if isPair, first.status == .done, last.status == .done {
      shadows.settle()
      return
    }
    for observed in lanes {
      if observed.status != .done { hot.pointee.state = .over }
      observed.shadow.settle()
    }
    if first.status == .crashed { hot.pointee.tally.crashed += 1 }
    if first.status == .failed, operation == nil { countUnopened() }
  }

  /// Takes in what the lanes logged where they did not both succeed and tell their stores. After a
  /// crash the log says nothing.
  private func takeUnlikeLogs() {
    hot.pointee.logDifference = nil
    if takesTogether, first.status == .failed, last.status == .failed {
      hot.pointee.logDifference = shadows.take(first.log, last.log)
      return
    }
    for observed in lanes where observed.status != .crashed { observed.takeLog() }
    guard isPair else { return }
    if first.status != last.status {
      hot.pointee.logDifference = LogDifference(eventsDiffer: true)
    } else if first.status != .crashed {
      hot.pointee.logDifference = differenceInTheEnd(
        first.shadow, first.log, last.shadow, last.log)
    }
  }

  /// Up to so many slots, all words are held against what was told after every operation; of larger
  /// domains too, until so many slots of the scenario were looked at. The rest is seen at its end.
  private static let fewSlots = 32
  private static let slotBudget = 1 << 16

  private func looksAtEveryWord(_ observed: ObservedLane) -> Bool {
    guard isThorough else { return false }
    let slots = observed.shadow.slotsUsed
    if slots <= Self.fewSlots { return true }
    hot.pointee.slotsLookedAt += slots
    return hot.pointee.slotsLookedAt <= Self.slotBudget
  }

  /// A rule of the ABI that a subject broke in the request at hand; `everyWord`: all words of large
  /// domains are looked at too.
  func abiFault(everyWord: Bool = false) -> Fault? {
    for observed in lanes {
      if let misuse = observed.misuse { return self.misuse(observed, misuse) }
      if observed.status == .crashed { continue }
      if let word = observed.shadow.firstFalseWord() {
        return misuse(observed, .untoldWord(word))
      }
      guard everyWord || looksAtEveryWord(observed),
        let word = observed.shadow.firstUntoldWord()
      else { continue }
      return misuse(observed, .untoldWord(word))
    }
    return nil
  }

  /// Counts a judgement; true when it ends the scenario.
  @inline(__always)
  private func take(
    _ judgement: Judgement, of oracle: @autoclosure () -> any Oracle, atEnd: Bool = false
  ) -> Bool {
    switch judgement {
    case .nothing: return false
    case .kept:
      hot.pointee.tally.judgements += 1
      return false
    case .found(let fault):
      hot.pointee.tally.judgements += 1
      report(fault.oracle ?? oracle().name, fault, atEnd: atEnd)
      return true
    }
  }
}
