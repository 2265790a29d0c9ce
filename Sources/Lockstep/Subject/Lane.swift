// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log
import ScenarioLanguage
import SubjectABI

/// One subject with table memory of its own, running one scenario at a time.
public final class Lane {
  /// Whom it runs.
  public let subject: Subject
  /// Overrides the domain line's revision when set.
  public let gather: UInt32?
  /// Overrides the domain line's release where something is chosen.
  public let release: ReleaseChoice
  /// What is unusual of its host.
  public let manner: HostManner
  let host = Host()
  /// How the last attempt to open a domain ended.
  private(set) var lastOpen = SubjectStatus.refused
  /// The domain was asked to free its tables: what it stored meanwhile was not taken in.
  private(set) var isTornDown = false
  /// The domain line names a release that a kernel tree is not, and was opened all the same, as what
  /// the tree is.
  private(set) var isOfAnotherRelease = false
  /// ``release`` added `detailed_gather` to the domain, which a scenario for an older one has no words
  /// for: the log is as if it had not.
  private var hidesLevels = false
  /// What the subject was not even asked, as its version of the ABI has no word for it.
  private var refusalInItsPlace: String?
  /// The open domain, or nil. Behind a pointer, so that a run needs no exclusivity check.
  private let domain: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let open:
    @convention(c) (
      UnsafeMutablePointer<iopt_host>?, UnsafePointer<iopt_config>?,
      UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> UInt32
  private let runOperation:
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafePointer<iopt_op>?
    ) -> UInt32
  /// Whether the subject is given something in place of its configuration and of operations.
  private let takesDetour: Bool
  /// What a host of another version asks.
  private let skew: VersionSkew?
  /// What a plug-in is given in place of operations.
  @exclusivity(unchecked) private var lent = LentOperation()
  private let close: @convention(c) (UnsafeMutableRawPointer?) -> Void
  /// Where calls into the subject are told, and under which number; nil: nowhere.
  let progress: UnsafeMutablePointer<RunProgress>?
  let number: Int32

  /// A lane with no domain open. `gather` overrides the revision that domain lines name, `release`
  /// the release; `host`: see ``HostManner``. Without `lends` a plug-in is given operations as they
  /// are, as built-in subjects are: for measuring. With `progress`, which outlives the lane, it says
  /// there when it calls the subject, as lane `number`.
  public init(
    _ subject: Subject, gather: GatherRevision? = nil, release: ReleaseChoice = ReleaseChoice(),
    host manner: HostManner = [], lends: Bool = true,
    progress: UnsafeMutablePointer<RunProgress>? = nil, number: Int = 0
  ) {
    self.subject = subject
    self.gather = gather?.rawValue
    self.release = release
    self.manner = manner
    takesDetour = lends && subject.isPlugin || manner.contains(.skews)
    skew = manner.contains(.skews) ? VersionSkew(subject, host) : nil
    self.progress = progress
    self.number = Int32(number)
    open = subject.table.members.open
    runOperation = subject.table.members.run
    close = subject.table.members.close
    domain = .allocate(capacity: 1)
    domain.initialize(to: nil)
    if manner.contains(.listens) { host.listen() }
  }

  deinit {
    endScenario()
    domain.deallocate()
  }

  /// The lane in messages: what a user types to get it, with what a terminal would obey escaped.
  public var label: String { specification.printable }

  /// What a user types to get this lane: its subject, and the revision and the release where one was
  /// chosen.
  public var specification: String {
    subject.specification + gatherSuffix + release.suffix + manner.suffix
  }

  /// Why the last request was refused: in the subject's words, or in the harness's where it
  /// refused in the subject's place.
  public var refusal: String { refusalInItsPlace ?? call(.refusal) { subject.refusal } }

  /// Calls into the subject, and says so.
  @inline(__always)
  private func call<Answer>(
    _ phase: RunProgress.Phase, kind: UInt32 = 0, _ body: () -> Answer
  ) -> Answer {
    guard let progress else { return body() }
    progress.pointee.enter(phase, lane: number, kind: kind)
    defer { progress.pointee.leave() }
    return body()
  }

  private var gatherSuffix: String {
    guard let gather, let revision = GatherRevision(rawValue: gather) else { return "" }
    return ",gather=\(revision.name)"
  }

  /// The log's words: those of the last request, after ``beginOperation()``.
  @inline(__always)
  public var log: UnsafeMutablePointer<iopt_log> { host.log }

  /// Its words that are in use, valid until the next request.
  @inline(__always)
  var logWords: UnsafeBufferPointer<UInt64> {
    UnsafeBufferPointer(start: log.pointee.words, count: Int(log.pointee.count))
  }

  /// What the subject said of them.
  var notes: [HostNotes.Line] { host.state.pointee.notes.lines }

  /// The same as records.
  public var records: RecordView { RecordView(logWords) }

  /// Opens a domain on empty table memory.
  public func open(_ configuration: borrowing iopt_config) -> SubjectStatus {
    var configuration = copy configuration
    if let gather { configuration.gather = gather }
    hidesLevels = !release.isEmpty && release.apply(to: &configuration)
    isOfAnotherRelease =
      subject.isKernelTree && subject.capabilities.isOfAnotherRelease(configuration)
    beginLog()
    refusalInItsPlace = subject.capabilities.unseen(
      in: configuration, anyRelease: subject.isKernelTree)
    guard refusalInItsPlace == nil else {
      domain.pointee = nil
      lastOpen = .refused
      return .refused
    }
    lastOpen = status(call(.open) { openDomain(&configuration) }, other: .failed)
    if lastOpen != .done { domain.pointee = nil }
    return lastOpen
  }

  private func openDomain(_ configuration: UnsafePointer<iopt_config>) -> UInt32 {
    guard takesDetour else { return open(host.services, configuration, domain) }
    guard let skew else {
      var lent = configuration.pointee
      let number = open(host.services, &lent, domain)
      let isAsLent = memcmp(&lent, configuration, MemoryLayout<iopt_config>.size) == 0
      if !isAsLent { host.state.pointee.note(.configurationChanged) }
      return number
    }
    return skew.lend(configuration) { open(host.services, $0, domain) }
  }

  /// Runs one operation; its records replace the log's contents. Failures are armed here, no
  /// subject sees them.
  @inline(__always)
  public func run(_ operation: UnsafePointer<iopt_op>) -> SubjectStatus {
    beginLog()
    switch operation.pointee.kind {
    case UInt32(IOPT_OP_FAIL_ALLOC.rawValue):
      host.state.pointee.allocationsToFailure = operation.pointee.len
      return .done
    case UInt32(IOPT_OP_FAIL_FQ.rawValue):
      host.state.pointee.failNextQueue = true
      return .done
    default:
      if takesDetour { return runLent(operation) }
      return status(
        call(.operation, kind: operation.pointee.kind) { runOperation(domain.pointee, operation) },
        other: .done)
    }
  }

  /// Runs a copy of the operation.
  private func runLent(_ operation: UnsafePointer<iopt_op>) -> SubjectStatus {
    let copy = lent.lend(operation)
    if let skew, skew.hasToAsk { call(.unknown) { skew.ask(domain.pointee) } }
    let number = call(.operation, kind: operation.pointee.kind) {
      guard let skew else { return runOperation(domain.pointee, copy) }
      return skew.lend(copy) { runOperation(domain.pointee, $0) }
    }
    if !lent.isAsLent(operation) { host.state.pointee.note(.operationChanged) }
    return status(number, other: .done)
  }

  /// `enum iopt_status`; a number that is not known is the subject's fault, and counts as `other`.
  /// Spelt out, since `rawValue` of another module's type would be a call in every operation.
  @inline(__always)
  private func status(_ number: UInt32, other: SubjectStatus) -> SubjectStatus {
    if log.pointee.count > log.pointee.capacity { forgetLog() }
    if hidesLevels { log.hideLevels() }
    switch number {
    case IOPT_DONE.rawValue: return .done
    case IOPT_CRASHED.rawValue: return .crashed
    case IOPT_FAILED.rawValue: return .failed
    case IOPT_REFUSED.rawValue: return .refused
    default:
      host.state.pointee.note(.unknownStatus(number))
      return other
    }
  }

  @inline(__always)
  private func beginLog() {
    host.state.pointee.notes.forget()
    log.pointee.count = 0
    host.state.pointee.recordsWritten = 0
  }

  private func forgetLog() {
    host.state.pointee.note(
      .logOverrun(count: log.pointee.count, capacity: log.pointee.capacity))
    log.pointee.count = 0
  }

  /// Lets the subject free every table, when it can; the records replace the log's contents.
  /// Returns how many tables are still allocated, or nil when the subject has no teardown.
  public func teardown() -> Int? {
    guard let teardown = subject.table.members.teardown, let domain = domain.pointee else {
      return nil
    }
    beginLog()
    isTornDown = true
    call(.teardown) { teardown(domain) }
    if log.pointee.count > log.pointee.capacity { forgetLog() }
    return liveTables
  }

  /// Table memory is handed out again after it was freed, so that a scenario may go on without end.
  /// Only for a lane whose log alone is read: what compares memory knows each slot once.
  public func reuseTables() { host.state.pointee.arena.reuseSlots() }

  /// Whether the subject tells its stores, as it is asked to.
  public var logsStores: Bool {
    get { host.logsStores }
    set { host.logsStores = newValue }
  }

  /// Slots of table memory that were handed out or passed over in this scenario.
  public var slotsUsed: Int { host.state.pointee.arena.used }

  /// Tables that are allocated now.
  public var liveTables: Int { host.state.pointee.arena.tables.reduce(0) { count, _ in count + 1 } }

  /// Closes the domain, if one is open, without touching its tables.
  func closeDomain() {
    guard let open = domain.pointee else { return }
    let (count, written) = (log.pointee.count, host.state.pointee.recordsWritten)
    call(.close) { close(open) }
    if log.pointee.count != count || host.state.pointee.recordsWritten != written {
      host.state.pointee.note(.workInClose)
      log.pointee.count = min(count, log.pointee.capacity)
    }
    domain.pointee = nil
  }

  /// Closes the domain, and clears the arena, unless its tables are known to be clear.
  public func endScenario(isCleared: Bool = false) {
    closeDomain()
    host.reset(isCleared: isCleared)
    isTornDown = false
  }
}
