// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log
import ScenarioLanguage
import SubjectABI

/// Predicts what the page table's documented contract promises, and judges what a subject did by
/// it. It knows nothing of tables and entries: a map of intervals, the domain's aperture and
/// widths, and the bitmap of its page sizes are all it has. The kernel's own ways, where they are
/// not the contract's, are ``KnownDeparture`` and nothing else.
///
/// Feed it every operation on a domain with the records that answered it. Operations of the DMA
/// layer are not judged.
public struct PageTableContract {
  /// What came of holding one answer against the contract.
  public enum Verdict: Equatable, Sendable {
    case kept
    case departed(KnownDeparture)
    /// The contract says nothing here, or from here on.
    case unspecified
    indirect case broken(Breach)
  }

  /// A promise and what came instead.
  public struct Breach: Equatable, Sendable, CustomStringConvertible {
    /// In words.
    public var expected: String
    public var found: String
    public var description: String { "expected \(expected), found \(found)" }

    /// The breach without its numbers, 0 excepted: what tells one kind from another.
    public var name: String {
      description.replacing(/0x[1-9a-f][0-9a-f]*/, with: "N")
    }
  }

  /// Whether an operation maps or unmaps bytes.
  public static func changesMappings(_ operation: iopt_op) -> Bool {
    switch iopt_op_kind(operation.kind) {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE, IOPT_OP_UNMAP, IOPT_OP_UNMAP_FAST: operation.len > 0
    default: false
    }
  }

  /// Which promise an operation is held to; one of ``properties``.
  public static func property(of operation: iopt_op) -> String {
    switch iopt_op_kind(operation.kind) {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE: "map"
    case IOPT_OP_UNMAP, IOPT_OP_UNMAP_FAST: "unmap"
    case IOPT_OP_SET_DIRTY, IOPT_OP_READ_AND_CLEAR_DIRTY: "dirty"
    default: "lookup"
    }
  }

  /// The promises, as Documentation/contract.md names them.
  public static let properties = ["map", "unmap", "lookup", "dirty", "opening"]

  /// The addresses that the domain has.
  public let space: ContractSpace
  let info: DomainInfo
  let format: Format
  let build: Build
  /// The release that is meant.
  let kernel: Kernel
  /// The smallest page in bytes; 0 when the bitmap is empty.
  let smallestPage: UInt64
  /// The top grows as what is mapped demands.
  let grows: Bool
  /// The bit of physical addresses that encryption takes; 0: none.
  let encryptionBit: UInt64
  /// What is mapped, by the keys of ``ContractSpace``.
  public internal(set) var mapped = IntervalMap()
  /// One past the highest key that was ever mapped.
  var highest: UInt64 = 0
  /// Marks of `set_dirty`, and whether the next reading has to tell them.
  var marks: [DirtyMark] = []
  /// Set once memory was asked for that has the address bit that memory encryption takes.
  var isLost = false

  struct DirtyMark: Equatable {
    var key: UInt64
    var isFresh: Bool
  }

  /// An empty domain that says `info` of itself.
  public init(_ configuration: DomainConfiguration, _ info: DomainInfo) {
    self.info = info
    space = ContractSpace(info)
    format = configuration.format
    build = configuration.build
    kernel = configuration.kernel ?? .linux7_1
    smallestPage = info.pageSizes == 0 ? 0 : 1 << UInt64(info.pageSizes.trailingZeroBitCount)
    grows = format.grows(info.features)
    encryptionBit = TableReader(configuration).encryptionBit
  }

  /// Judges the answer that `log` holds, as it stands after the operation, and learns from it what
  /// is mapped now. Allocates nothing but room for more mappings.
  public mutating func judge(
    _ operation: iopt_op, _ status: SubjectStatus, _ log: RecordView
  ) -> Verdict {
    let verdict = judgeAnswer(operation, status, log)
    guard case .departed(let departure) = verdict, let mended = departure.mended, kernel >= mended
    else { return verdict }
    return broken("no \(departure) since Linux \(mended.name)", "\(departure)")
  }

  private mutating func judgeAnswer(
    _ operation: iopt_op, _ status: SubjectStatus, _ log: RecordView
  ) -> Verdict {
    let answer = Answer(status, log)
    guard !isLost else { return .unspecified }
    guard answer.status == .done || isMap(operation) else {
      return broken("an answer", "\(answer.status.word)")
    }
    switch iopt_op_kind(operation.kind) {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE: return judgeMap(operation, answer)
    case IOPT_OP_UNMAP, IOPT_OP_UNMAP_FAST: return judgeUnmap(operation, answer)
    case IOPT_OP_IOVA_TO_PHYS: return judgeLookup(operation.iova, answer)
    case IOPT_OP_SET_DIRTY: return judgeSetDirty(operation.iova, answer)
    case IOPT_OP_READ_AND_CLEAR_DIRTY: return judgeReadDirty(operation, answer)
    case IOPT_OP_GATHER, IOPT_OP_IOTLB_SYNC, IOPT_OP_FLUSH, IOPT_OP_FAIL_ALLOC: return .kept
    default: return .unspecified
    }
  }

  private func isMap(_ operation: iopt_op) -> Bool {
    let kind = iopt_op_kind(operation.kind)
    return kind == IOPT_OP_MAP || kind == IOPT_OP_MAP_RANGE
  }

  func broken(_ expected: @autoclosure () -> String, _ found: @autoclosure () -> String) -> Verdict
  {
    .broken(Breach(expected: expected(), found: found()))
  }

  /// May an address that lies beyond everything mapped so far be beyond the table's top?
  func mayLieBeyondTheTop(_ last: UInt64) -> Bool {
    grows && last >= highest
  }
}

/// What of a subject's records counts for the contract.
struct Answer {
  var status: SubjectStatus
  var value: UInt64 = 0
  var mapped: UInt64 = 0
  var allocationFailed = false
  let records: RecordView

  init(_ status: SubjectStatus, _ log: RecordView) {
    self.status = status
    records = log
    for record in records {
      switch record.rawKind {
      case EventKind.allocFail.rawValue: allocationFailed = true
      case EventKind.result.rawValue where record.has(.result):
        value = record.argument(0)
        mapped = record.argument(1)
      default: break
      }
    }
  }

  /// The errno, positive; nil when the value is none.
  var errno: Int32? { ResultRecord.errno(value) }
}
