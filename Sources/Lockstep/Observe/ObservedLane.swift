// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

/// A lane of which everything is seen: what it answers, the memory that its stores tell, and, when
/// asked for, its observations as the language has them.
public final class ObservedLane {
  /// The lane that is seen.
  public let lane: Lane
  let shadow: TableShadow
  /// How the last request ended.
  @inline(__always) var status: SubjectStatus { answer.pointee.status }
  /// What changes with each request, behind a pointer, so that nothing here needs an exclusivity
  /// check.
  private let answer: UnsafeMutablePointer<Answer>

  private struct Answer {
    var status = SubjectStatus.refused
    /// The request opened a domain with a DMA layer.
    var opensLayer = false
    /// What was done about SIGSEGV before the domain was opened.
    var signalHolder = ArenaWatch.Holder()
    /// All of table memory is as the stores say: what they do not name is zero.
    var isProven = false
  }

  private let records = RecordBuffer()

  /// Asks the lane's subject for its stores.
  public init(_ lane: Lane) {
    self.lane = lane
    let memory = lane.host.state.pointee.arena.memory.assumingMemoryBound(to: UInt64.self)
    shadow = TableShadow(memory: UnsafePointer(memory))
    lane.host.logsStores = lane.subject.logsStores
    answer = .allocate(capacity: 1)
    answer.initialize(to: Answer())
    watch(thoroughly: true)
  }

  deinit {
    lane.host.logsStores = false
    lane.host.scrutiny = .whole
    answer.deallocate()
  }

  /// Says how closely the subject is watched between scenarios that are run once. `exactly`: whatever
  /// it costs.
  func watch(thoroughly: Bool, exactly: Bool = false) {
    // Without stores, nothing is known of what a freed table held.
    if exactly || !lane.subject.logsStores {
      lane.host.scrutiny = .exact
    } else {
      lane.host.scrutiny = thoroughly || !lane.subject.isBuiltIn ? .whole : .light
    }
  }

  /// From now on domains are opened and closed, and nothing is run on them.
  func watchOpeningOnly() {
    if lane.host.scrutiny == .whole { lane.host.scrutiny = .opening }
  }

  /// The records of the last request.
  @inline(__always)
  var log: UnsafeBufferPointer<UInt64> { lane.logWords }

  /// What the last request's operation came to; 0 where it does not say.
  @inline(__always)
  var result: UInt64 {
    for record in lane.records where record.has(.result) { return record.argument(0) }
    return 0
  }

  /// Opens a domain on empty table memory.
  func open(_ configuration: borrowing iopt_config) {
    answer.pointee.opensLayer = configuration.has_dma != 0
    if lane.subject.isPlugin { answer.pointee.signalHolder = ArenaWatch.holder }
    answer.pointee.status = lane.open(configuration)
  }

  @inline(__always)
  func run(_ operation: UnsafePointer<iopt_op>) {
    answer.pointee.opensLayer = false
    answer.pointee.status = lane.run(operation)
  }

  /// Whether the subject broke a rule of the ABI in this request, or told a word that memory does not
  /// hold: what can be asked at little cost.
  @inline(__always)
  var isAtFault: Bool {
    lane.host.state.pointee.isMisused || shadow.isFalse
  }

  /// The rule of the ABI that the subject broke in this scenario, if any. Asked when the request's
  /// log was taken in. After a crash nothing counts but what it touched.
  @inline(__always)
  var misuse: Misuse? {
    if status == .crashed { return lane.host.state.pointee.arena.touch.map(Misuse.trespass) }
    if let misuse = lane.host.state.pointee.misuse { return misuse }
    if case .outsideTables(let pa)? = shadow.fault { return .storedOutsideTables(pa: pa) }
    return lane.subject.isPlugin ? misuseOfLog : nil
  }

  private var misuseOfLog: Misuse? {
    let check = RecordCheck(lane.logWords)
    if let header = check.firstUnreadable { return .unreadableRecord(header: header) }
    if check.results > 1 { return .secondResult }
    return check.ofHost > lane.host.state.pointee.recordsWritten ? .forgedRecord : nil
  }

  /// The rule that a plug-in broke in a request that it refused: nothing is to be done then. The log of
  /// such a request is not taken in.
  var misuseOfRefusal: Misuse? {
    guard lane.subject.isPlugin else { return nil }
    if let misuse = lane.host.state.pointee.misuse { return misuse }
    if !lane.logWords.isEmpty { return .workRefused }
    return lane.subject.logsStores ? shadow.firstUntoldWord().map(Misuse.untoldWord) : nil
  }

  /// The top table and its level, as the subject last told them; nil before initialisation.
  var top: TableShadow.Top? { shadow.top }

  /// Takes in the log of the last request, stores included.
  func takeLog() {
    shadow.take(log)
    if !lane.subject.logsStores { shadow.takeMemory() }
  }

  /// What the last request came to, in words: events, then the table words that changed. Valid
  /// until the next call; to be asked before ``TableShadow/settle()``.
  func observations() -> UnsafeBufferPointer<UInt64> {
    records.removeAll()
    switch status {
    case .crashed:
      // A crash in the DMA layer's set-up comes after the domain has shown itself.
      let log = RecordView(log)
      if answer.pointee.opensLayer, log.contains(where: { $0.kind == .info }) { append(log) }
      records.appendCrash()
    case .refused: break
    case .failed: append(RecordView(log))
    case .done:
      append(RecordView(log))
      shadow.appendChanges(to: records)
    }
    return records.words
  }

  private func append(_ log: RecordView) {
    for record in log where !record.isStore { records.append(record.words) }
  }

  /// The address of the table that holds a word, as the host's memory has it.
  func tableAddress(of pa: UInt64) -> UInt64 {
    guard var slot = ArenaLayout.slot(of: pa) else { return pa & ~0xfff }
    while slot > 0, lane.host.state.pointee.arena.states[slot] == .continuation { slot -= 1 }
    return Arena.address(ofSlot: slot)
  }

  /// Lets the subject free every table, as ``Lane/teardown()``, and takes in what it told meanwhile.
  func teardown() -> Int? {
    let left = lane.teardown()
    if left != nil { takeLog() }
    return left
  }

  /// Closes the domain, and looks for what was written outside of tables in the whole scenario, and for
  /// what the subject did while it was closed. `tablesAreAsTold`: the words of tables were looked at.
  func closeDomain(tablesAreAsTold: Bool) -> Misuse? {
    lane.closeDomain()
    lane.host.noteChanges()
    if lane.subject.isPlugin, answer.pointee.signalHolder.takeBack() {
      lane.host.state.pointee.note(.signalTaken)
    }
    if let misuse { return misuse }
    let isTold =
      lane.subject.logsStores && status == .done
      && (lane.host.scrutiny != .light || shadow.slotsUsed <= Self.fewSlots)
    if isTold {
      lane.host.state.pointee.arena.openForHarness()
      if let word = shadow.firstChangeOutsideTables() { return misuse(changed: word) }
      // They are as told until it was closed: what follows is nobody else's to look at.
      if tablesAreAsTold, lane.subject.isPlugin, let word = shadow.firstUntoldWord() {
        return .untoldWord(word)
      }
    }
    if let word = lane.host.state.pointee.arena.strayWord() { return .trespass(word) }
    answer.pointee.isProven = tablesAreAsTold && isTold && !lane.isTornDown
    return nil
  }

  /// Under light scrutiny, freed tables of scenarios with more slots are not looked at.
  private static let fewSlots = 64

  /// What it means that a word outside of tables is not as stores left it.
  private func misuse(changed word: UntoldWord) -> Misuse {
    let place = lane.host.state.pointee.arena.place(of: word.pa)
    // Where freed tables were closed, it was written before.
    if lane.host.scrutiny == .exact, place == .freedTable { return .untoldWord(word) }
    return .trespass(
      Trespass(access: .write, place: place, pa: word.pa, found: word.found, before: word.told))
  }

  func endScenario() {
    if answer.pointee.isProven { shadow.clear(lane.host.state.pointee.arena.words(0)) }
    shadow.reset()
    lane.endScenario(isCleared: answer.pointee.isProven)
    answer.pointee.isProven = false
  }
}
