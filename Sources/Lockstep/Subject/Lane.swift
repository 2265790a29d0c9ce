// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

/// One subject with table memory of its own, running one scenario at a time.
public final class Lane {
  public let subject: Subject
  /// Overrides the domain line's revision when set.
  public let gather: UInt32?
  let host = Host()
  /// How the last attempt to open a domain ended.
  private(set) var lastOpen = SubjectStatus.refused
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
  private let close: @convention(c) (UnsafeMutableRawPointer?) -> Void

  public init(_ subject: Subject, gather: GatherRevision? = nil) {
    self.subject = subject
    self.gather = gather?.rawValue
    open = subject.table.members.open
    runOperation = subject.table.members.run
    close = subject.table.members.close
    domain = .allocate(capacity: 1)
    domain.initialize(to: nil)
  }

  deinit {
    endScenario()
    domain.deallocate()
  }

  /// The lane in messages: what a user types to get it, with what a terminal would obey escaped.
  public var label: String { specification.printable }

  /// What a user types to get this lane: its subject, and the revision where one was chosen.
  public var specification: String { subject.specification + gatherSuffix }

  /// Why the last request was refused: in the subject's words, or in the harness's where it
  /// refused in the subject's place.
  public var refusal: String { refusalInItsPlace ?? subject.refusal }

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

  /// The same as records.
  public var records: RecordView { RecordView(logWords) }

  /// Opens a domain on empty table memory.
  public func open(_ configuration: borrowing iopt_config) -> SubjectStatus {
    var configuration = copy configuration
    if let gather { configuration.gather = gather }
    log.pointee.count = 0
    refusalInItsPlace = subject.capabilities.unseen(in: configuration)
    guard refusalInItsPlace == nil else {
      domain.pointee = nil
      lastOpen = .refused
      return .refused
    }
    lastOpen = Self.status(open(host.services, &configuration, domain))
    if lastOpen != .done { domain.pointee = nil }
    return lastOpen
  }

  /// Runs one operation; its records replace the log's contents. Failures are armed here, no
  /// subject sees them.
  @inline(__always)
  public func run(_ operation: UnsafePointer<iopt_op>) -> SubjectStatus {
    log.pointee.count = 0
    switch operation.pointee.kind {
    case UInt32(IOPT_OP_FAIL_ALLOC.rawValue):
      host.state.pointee.allocationsToFailure = operation.pointee.len
      return .done
    case UInt32(IOPT_OP_FAIL_FQ.rawValue):
      host.state.pointee.failNextQueue = true
      return .done
    default:
      return Self.status(runOperation(domain.pointee, operation))
    }
  }

  /// `enum iopt_status`; a number that is not known is no answer. Spelt out, since `rawValue` of
  /// another module's type would be a call in every operation.
  @inline(__always)
  private static func status(_ number: UInt32) -> SubjectStatus {
    switch number {
    case IOPT_DONE.rawValue: .done
    case IOPT_CRASHED.rawValue: .crashed
    case IOPT_FAILED.rawValue: .failed
    default: .refused
    }
  }

  /// Lets the subject free every table, when it can; the records replace the log's contents.
  /// Returns how many tables are still allocated, or nil when the subject has no teardown.
  public func teardown() -> Int? {
    guard let teardown = subject.table.members.teardown, let domain = domain.pointee else {
      return nil
    }
    log.pointee.count = 0
    teardown(domain)
    return liveTables
  }

  /// Slots of table memory that were handed out or passed over in this scenario.
  public var slotsUsed: Int { host.state.pointee.arena.used }

  /// Tables that are allocated now.
  public var liveTables: Int { host.state.pointee.arena.tables.reduce(0) { count, _ in count + 1 } }

  /// Closes the domain without touching its tables, and clears the arena.
  public func endScenario() {
    if let open = domain.pointee {
      close(open)
      domain.pointee = nil
    }
    host.reset()
  }
}
