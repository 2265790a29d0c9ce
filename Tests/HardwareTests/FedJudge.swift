// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Log
import ScenarioLanguage
import SubjectABI

/// A judge that a test feeds with records of its own, as a subject that does anything would log them.
/// The domain is VT-d's second stage of three levels; table N is at ``table(_:)``.
struct FedJudge {
  static let domain = DomainConfiguration(
    format: .vtdss, va: 39, oa: 52, features: .flushRange, top: 2, kernel: .linux7_3)

  private let judge: HardwareJudge
  private let incoherent: Bool

  /// Buffers that it counted in the window.
  var window: WindowCount { judge.window }

  /// What a test logs, one record each.
  enum Record {
    case alloc(Int)
    case free(Int)
    /// Word `index` of a table.
    case store(Int, Int, UInt64, count: UInt64 = 1, stride: UInt64 = 0)
    case clean(Int, Int, words: UInt64)
    case incoherent(Int)
    case coherent(Int)
    case sync(UInt64, UInt64, tables: [Int] = [])
    /// Bit n for level n of the leaves that the next sync is for.
    case levels(UInt64)
    case flush
    case syncMap(UInt64, UInt64)
    case dirty(UInt64, UInt64)
    case iovaAlloc(UInt64, UInt64)
    case iovaFree(UInt64, UInt64)
    case queue(UInt64, UInt64, tables: [Int] = [])
    case gather(Int, isQueued: Bool)
    /// One that holds a range, both ends inclusive.
    case holding(Int, UInt64, UInt64)
    case timerFire(UInt64)
    case warn
    case result(UInt64)
  }

  static func table(_ number: Int) -> UInt64 { ArenaLayout.base + UInt64(number) << 12 }
  /// An entry that points to a table; a leaf of a page; of 2 MiB.
  static func link(_ number: Int) -> UInt64 { table(number) | 3 }
  static func page(_ pa: UInt64) -> UInt64 { pa | 1 }
  static func large(_ pa: UInt64) -> UInt64 { pa | 0x81 }

  /// Opens a domain whose top, table 0, leads by tables 1 and 2 to two pages at 0x1000 and 0x2000.
  init(
    features: Features = .flushRange, hasLayer: Bool = false, driver: any Driver = ExactDriver(),
    hasSyncMap: Bool = false, kernel: Kernel = .linux7_3, pageSizes: UInt64 = 0x4020_1000,
    hasQueue: Bool = false, isStrict: Bool = false, measures: Bool = false,
    keepsAccounts: Bool = false, forbidden: Set<KnownClass> = [], width: UInt64 = 39,
    startsBesideTheLayer: Bool = true
  ) throws {
    judge = HardwareJudge(isStrict: isStrict, measures: measures)
    incoherent = features.contains(.dmaIncoherent)
    judge.keepsAccounts = keepsAccounts
    judge.forbidden = forbidden
    var domain = Self.domain
    domain.features = features
    domain.hasSyncMap = hasSyncMap
    domain.kernel = kernel
    var records: [Record] = [.alloc(0)]
    if incoherent { records.append(.incoherent(0)) }
    let info: [UInt64] = [
      pageSizes, 0, 0x7f_ffff_ffff, Self.table(0), 2, UInt64(features.rawValue), width,
      52,
    ]
    var words = Self.words(records)
    words += Self.record(.info, info)
    let opening = words.withUnsafeBufferPointer { buffer -> Danger? in
      let view = RecordView(buffer)
      let info = view.lazy.compactMap(InfoRecord.init).first { _ in true }!
      return judge.begin(domain, info, hasLayer: hasLayer, hasQueue: hasQueue, driver, view)
    }
    precondition(opening == nil)
    var linking: [Record] = [.alloc(1), .alloc(2)]
    if incoherent { linking += [.incoherent(1), .incoherent(2)] }
    let snoop: UInt64 = features.contains(.vtdssForceCoherence) ? 0x800 : 0
    linking += [
      .store(2, 1, Self.page(0x8000) | snoop), .store(2, 2, Self.page(0x9000) | snoop),
      .clean(2, 1, words: 2),
      .store(1, 0, Self.link(2)), .clean(1, 0, words: 1), .store(0, 0, Self.link(1)),
      .clean(0, 0, words: 1), .syncMap(0x1000, 0x2000), .result(0),
    ]
    let first =
      startsBesideTheLayer
      ? Operation.mapRange(iova: 0x1000, pa: 0x8000, length: 0x2000, prot: .read)
      : .tick(milliseconds: 0)
    let danger = run(first, linking)
    precondition(danger == nil, "\(danger!.text)")
    _ = judge.takeCosts()
  }

  /// What was counted since it was asked last.
  func costs() -> HardwareCosts { judge.takeCosts() }

  /// One operation, and what it logs.
  func run(_ operation: Operation, _ records: [Record]) -> Danger? {
    lower(operation) { lowered in
      Self.words(records).withUnsafeBufferPointer { judge.judge(lowered, RecordView($0)) }
    }
  }

  /// One operation that crashes.
  func crash(_ operation: Operation) -> Danger? { lower(operation, judge.judgeCrash) }

  /// What the operation broke beside what is told.
  var others: [Danger] { judge.others }

  /// The scenario is over.
  func end() -> Danger? { judge.end() }

  private func lower(
    _ operation: Operation, _ body: (UnsafePointer<iopt_op>) -> Danger?
  ) -> Danger? {
    let lowered = UnsafeMutablePointer<iopt_op>.allocate(capacity: 1)
    let lengths: [UInt64] =
      if case .dmaMapSG(_, _, let pieces, _) = operation { pieces.map(\.length) } else { [] }
    let pieces = lengths.map {
      var piece = iopt_piece()
      piece.len = $0
      return piece
    }
    return pieces.withUnsafeBufferPointer { pieces in
      lowered.initialize(to: operation.lowered(pieces: pieces.baseAddress))
      defer { lowered.deallocate() }
      return body(UnsafePointer(lowered))
    }
  }

  private static func words(_ records: [Record]) -> [UInt64] { records.flatMap(words) }

  private static func words(_ record: Record) -> [UInt64] {
    switch record {
    case .alloc(let number): Self.record(.alloc, [table(number), 0x1000])
    case .free(let number): Self.record(.free, [table(number)])
    case .store(let number, let index, let value, let count, let stride):
      Self.record(.store, [table(number) + UInt64(index) * 8, count, value, stride])
    case .clean(let number, let index, let words):
      Self.record(.clean, [table(number) + UInt64(index) * 8, words * 8])
    case .incoherent(let number): Self.record(.incoherent, [table(number), 1])
    case .coherent(let number): Self.record(.incoherent, [table(number), 0])
    case .sync(let first, let last, let tables):
      Self.record(.sync, [first, last] + tables.map(table))
    case .levels(let leaves): Self.record(.levels, [leaves, 0])
    case .flush: Self.record(.flushAll, [])
    case .syncMap(let start, let length): Self.record(.syncMap, [start, length])
    case .dirty(let iova, let length): Self.record(.dirty, [iova, length])
    case .iovaAlloc(let iova, let length): Self.record(.iovaAlloc, [iova, length])
    case .iovaFree(let iova, let length): Self.record(.iovaFree, [iova, length])
    case .queue(let iova, let length, let tables):
      Self.record(.queue, [0, iova, length, 0] + tables.map(table))
    case .timerFire(let time): Self.record(.timerFire, [time])
    case .warn: Self.record(.warn, [])
    case .gather(let number, let isQueued):
      Self.record(.gather, [UInt64(number), 0, 0, isQueued ? 1 : 0])
    case .holding(let number, let first, let last):
      Self.record(.gather, [UInt64(number), first, last, 0])
    case .result(let value): Self.record(.result, [value, 0])
    }
  }

  private static func record(_ kind: EventKind, _ arguments: [UInt64]) -> [UInt64] {
    [UInt64(kind.rawValue) | UInt64(arguments.count) << 32] + arguments
  }
}
