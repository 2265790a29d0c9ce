// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Hardware
import Log
import ScenarioLanguage

/// Subjects that run in processes of their own, one process after the other, with an engine in each.
/// It adds up what became of them.
final class IsolatedSubjects {
  let plan: EnginePlan
  /// How long a subject may take.
  var limits: ChildProcess.Limits
  /// Whether recorded observations are at hand.
  var isReplay = false
  /// What the last process said of its scenarios; kept until ``collect()``.
  let block = SharedMemory(IsolationBlock())
  /// The same as the child knows it: where a stranger's code has written over what it shares with its
  /// parent, that is put right with it.
  private var own = IsolationBlock()
  /// What processes that have ended went through.
  private var tally = RunTally()
  /// What they counted behind drivers, and what the process at hand has.
  private var countedBefore: [DriverCosts] = []
  private var countedNow: [DriverCosts] = []
  private(set) var capabilities: [Capabilities] = []
  private(set) var failure: SubjectError?
  var onFinding: (Finding) -> Void = { _ in }
  var onText: ([UInt8]) -> Void = { _ in }
  /// What was found in the scenario that was sent last, and whether it is judged.
  private(set) var finding: Finding?
  private(set) var isAnswered = false
  private var seen = [Int](repeating: 0, count: OracleChoice.departures.count)

  init(_ plan: EnginePlan, limit: Duration) {
    self.plan = plan
    limits = ChildProcess.Limits(call: limit)
    precondition(
      RunTally.counters.count <= block.pointer.pointee.counters.count
        && OracleChoice.departures.count <= block.pointer.pointee.departures.count)
  }

  private var progress: UnsafeMutablePointer<RunProgress> {
    block.pointer.pointer(to: \.progress)!
  }

  /// What was run, `isRunning`: with what the process at hand did so far.
  func tally(isRunning: Bool) -> RunTally {
    var tally = tally
    if isRunning { tally.add(block.pointer.pointee.tally) }
    return tally
  }

  /// What is known and allowed, by name.
  func departures(isRunning: Bool) -> [(name: String, count: Int)] {
    OracleChoice.departures.indices.compactMap { index in
      let count = seen[index] + (isRunning ? block.pointer.pointee.departures[index] : 0)
      return count == 0 ? nil : (name: OracleChoice.departures[index], count: count)
    }
  }

  /// What was counted behind drivers.
  var costs: [DriverCosts] {
    var sum = countedBefore
    for costs in countedNow { sum.add(costs.costs, behind: costs.driver) }
    return sum
  }

  // MARK: In the child

  /// Starts a process that loads the subjects and then runs `body` on an engine for them.
  func start(
    _ body: (Engine, ParentLink) -> Void
  ) throws(IsolationError) -> ChildProcess {
    block.pointer.pointee = IsolationBlock()
    own = IsolationBlock()
    finding = nil
    isAnswered = false
    do throws(ProcessError) {
      try checkRoom()
      return try ChildProcess(progress, limits) { link in
        do throws(SubjectError) {
          let engine = plan.make(try load())
          engine.onFinding = { [unowned self] in
            link.endIfCopy()
            own.hasFinding = 1
            publish()
            link.send(.finding($0))
          }
          body(engine, link)
        } catch {
          link.send(.failed(error))
        }
      }
    } catch {
      throw .process(error)
    }
  }

  /// What the child cannot reserve would end it, and be taken for what a subject did.
  private func checkRoom() throws(ProcessError) {
    let bytes = plan.requests.count * (ArenaMapping.mappedSize + 3 * ArenaMapping.size)
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let room = mmap(nil, bytes, PROT_NONE, flags, -1, 0), room != MAP_FAILED else {
      throw ProcessError(wantOfMemory(bytes, for: "subjects"))
    }
    munmap(room, bytes)
  }

  private func load() throws(SubjectError) -> [Lane] {
    var lanes: [Lane] = []
    for (number, request) in plan.requests.enumerated() {
      progress.pointee.enter(.load, lane: Int32(number))
      let choice = try request.load()
      progress.pointee.leave()
      lanes.append(choice.lane(telling: progress, number: number))
    }
    return lanes
  }

  /// Called in the child: a scenario begins, counted as its parent counts.
  func begin(_ unit: Int) {
    own.begin(unit)
    block.pointer.pointee.begin(unit)
    publish()
  }

  /// The same with the one behind the last.
  func beginNext() { begin(own.unit + 1) }

  private func publish() {
    let progress = block.pointer.pointee.progress
    block.pointer.pointee = own
    block.pointer.pointee.progress = progress
  }

  /// Called in the child when a scenario was judged, before its domain is closed.
  func settle(_ engine: Engine, _ link: ParentLink) {
    settle(engine.takeTally(), link)
    own.take(engine.departures)
    let costs = engine.costs
    if !costs.isEmpty { link.send(.costs(costs)) }
    if let takeText = plan.takeText { link.send(text: takeText(engine)) }
    own.isJudged = 1
    publish()
  }

  /// Called in the child: counts what was run.
  func settle(_ tally: RunTally, _ link: ParentLink) {
    link.endIfCopy()
    let rest = own.take(tally)
    publish()
    if let rest { link.send(.reasons(rest)) }
  }

  // MARK: In the parent

  /// Loads the subjects once in a process that does nothing else; throws when one cannot be had.
  /// When that ends the process, a finding is made at the beginning of `file`, and false returned.
  func load(file: String) throws(IsolationError) -> Bool {
    let child = try start { engine, link in link.send(.loaded(engine.capabilities)) }
    while true {
      switch child.next() {
      case .message(let message): try take(message)
      case .end(.done): return true
      case .end(let end):
        _ = report(end, at: Finding.Place(file: file, line: 1, scenarioLine: 1), nil)
        return false
      }
    }
  }

  /// A scenario is sent.
  func ask() {
    finding = nil
    isAnswered = false
  }

  /// Takes in a message.
  func take(_ message: [UInt8]) throws(IsolationError) {
    guard message.first == ParentLink.value else { return onText(Array(message.dropFirst())) }
    // What a subject has written over is not a message; how its process ends says the rest.
    guard let message = try? IsolationMessage(message.dropFirst()) else { return }
    switch message {
    case .loaded(let capabilities): self.capabilities = capabilities
    case .failed(let error): throw .subject(error)
    case .finding(let finding):
      self.finding = finding
      onFinding(finding)
    case .reasons(let rest): tally.add(rest)
    case .costs(let costs): countedNow = costs
    case .judged: isAnswered = true
    }
  }

  /// Adds up what a process that has ended left behind.
  func collect() {
    // It stood where a stranger's code could reach.
    progress.pointee.lastLane = min(max(0, progress.pointee.lastLane), Int32(plan.labels.count) - 1)
    progress.pointee.operation = min(max(-1, progress.pointee.operation), Int64(UInt32.max))
    tally.add(block.pointer.pointee.tally)
    (countedBefore, countedNow) = (costs, [])
    for index in seen.indices { seen[index] &+= block.pointer.pointee.departures[index] }
  }

  /// Makes a finding of how a process ended, after ``collect()``. `place` is where the scenario is
  /// that it died in; what was asked, `request` says, nil: nothing of a scenario.
  func report(_ end: ChildProcess.End, at place: Finding.Place, _ request: Request?) -> Finding {
    let finding = finding(of: end, at: place, request)
    if block.pointer.pointee.isJudged == 0, request != nil {
      tally.scenarios += 1
      tally.statements += Int(progress.pointee.operation) + 2
    }
    tally.judgements += 1
    let isCounted = block.pointer.pointee.isJudged == 1 && block.pointer.pointee.hasFinding == 1
    if !isCounted { tally.findings += 1 }
    onFinding(finding)
    return finding
  }

  /// What it is that a process ended so, after ``collect()``; `place` and `request` as above.
  func finding(
    of end: ChildProcess.End, at place: Finding.Place, _ request: Request?
  ) -> Finding {
    Finding(
      fatality(end, request), at: place, request, subjects: plan.labels, faultyLane: faultyLane,
      progress.pointee)
  }

  /// Makes a finding of what the scenario that it stands in, which was judged, does not show alone.
  func add(_ finding: Finding) {
    tally.judgements += 1
    tally.findings += 1
    onFinding(finding)
  }

  /// Whether the scenario in which the process has ended was judged, or something was found in it.
  var hasVerdict: Bool {
    block.pointer.pointee.isJudged == 1 || block.pointer.pointee.hasFinding == 1
  }

  /// The lane that was called last; outside of calls it is a stranger's that has an effect.
  private var faultyLane: Int {
    let last = Int(max(0, progress.pointee.lastLane))
    guard progress.pointee.lane < 0, !plan.requests[last].isPlugin else { return last }
    return plan.requests.firstIndex(where: \.isPlugin) ?? last
  }

  /// What the end of a process says of the subject that has ended it.
  func fatality(_ end: ChildProcess.End, _ request: Request?) -> Fatality {
    let progress = progress.pointee
    let subject = plan.labels[faultyLane]
    let isOutside = progress.lane < 0
    var fatality = Fatality(
      subject: subject, end: .exit(0), phase: progress.lastPhase, isOutside: isOutside,
      isReplay: isReplay)
    switch end {
    case .signalled(let signal): fatality.end = .signal(signal)
    case .overLimit:
      fatality.end = .limit(limits.allowed(isOutside: isOutside) / .seconds(1))
    case .exited(let status): fatality.end = .exit(status)
    case .done: break
    }
    if fatality.phase == .operation, !isOutside {
      let own = request.flatMap(\.kind)
      if progress.isAtEnd != 0 || own != progress.kind {
        fatality.call = Request.word(progress.kind)
      }
    }
    return fatality
  }
}

extension Finding {
  /// What a subject did to the process that ran it.
  init(
    _ fatality: Fatality, at place: Place, _ request: Request?, subjects: [String],
    faultyLane: Int, _ progress: RunProgress
  ) {
    var place = place
    let isAtEnd =
      progress.isAtEnd != 0 || fatality.phase == .close || fatality.phase == .teardown
    place.isEnd = isAtEnd && request != nil
    place.operation = progress.operation < 0 ? nil : Int(progress.operation)
    let word = fatality.phaseWord ?? (isAtEnd ? "end" : request?.word ?? "load")
    self.init(
      signature: Signature(.process, operation: word, difference: fatality.name), place: place,
      statement: place.isEnd ? "" : request?.text ?? "", subjects: subjects,
      evidence: .process(fatality), faultyLane: faultyLane)
  }

  /// The process ends only for what ran before in it: the scenario at `culprit`, where that is known.
  mutating func blame(_ culprit: Place?) {
    guard case .process(var fatality) = evidence else { return }
    fatality.isNotAlone = true
    fatality.culprit = culprit
    evidence = .process(fatality)
  }
}

extension Request {
  /// `enum iopt_op_kind`; nil for a domain.
  fileprivate var kind: UInt32? {
    if case .operation(let operation) = self { operation.kind.rawValue } else { nil }
  }

  /// The word that stands for a kind of operation.
  fileprivate static func word(_ kind: UInt32) -> String {
    Need.operation(kind).description.split(separator: " ").last.map(String.init) ?? "\(kind)"
  }
}
