// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The observations that the language has a form for. Raw values are record kinds.
enum RecordShape: UInt32, CaseIterable {
  case alloc = 1
  case allocFail = 2
  case free = 3
  case incoherent = 4
  case clean = 5
  case top = 6
  case sync = 7
  case flushAll = 8
  case dirty = 9
  case warn = 10
  case result = 11
  case info = 12
  case iovaAlloc = 13
  case noIOVA = 14
  case iovaFree = 15
  case queue = 16
  case timerOn = 17
  case timerFire = 18
  case skip = 19
  case depotWork = 20
  case gather = 21
  case pte = 64
  case crash = 65

  init?(kind: UInt32) { self.init(rawValue: kind) }

  /// The shape that a word after `=` stands for, nearly always the first tried: ``noIOVA`` is told
  /// from ``iovaAlloc`` by what follows.
  init?(_ word: ByteWord) {
    if word == "pte" {
      self = .pte
      return
    }
    for rawValue in UInt32(1)...21 {
      let shape = RecordShape(rawValue: rawValue)!
      if word == shape.word {
        self = shape
        return
      }
    }
    guard word == "crash" else { return nil }
    self = .crash
  }

  /// The word after `=`. ``noIOVA`` shares ``iovaAlloc``'s.
  var word: StaticString {
    switch self {
    case .alloc: "alloc"
    case .allocFail: "alloc_fail"
    case .free: "free"
    case .incoherent: "incoherent"
    case .clean: "clean"
    case .top: "top"
    case .sync: "sync"
    case .flushAll: "flush_all"
    case .dirty: "dirty"
    case .warn: "warn"
    case .result: "ret"
    case .info: "info"
    case .iovaAlloc, .noIOVA: "iova_alloc"
    case .iovaFree: "iova_free"
    case .queue: "queue"
    case .timerOn: "timer_on"
    case .timerFire: "timer_fire"
    case .skip: "skip"
    case .depotWork: "depot_work"
    case .gather: "gather"
    case .pte: "pte"
    case .crash: "crash"
    }
  }

  /// Arguments before the list of pages, if the record has one.
  private var argumentCount: Int {
    switch self {
    case .allocFail, .flushAll, .warn, .skip, .crash: 0
    case .free, .noIOVA, .timerOn, .timerFire, .depotWork: 1
    case .alloc, .incoherent, .clean, .top, .sync, .dirty, .result, .iovaAlloc, .iovaFree: 2
    case .queue, .gather: 4
    case .pte: 5
    case .info: 8
    }
  }

  private var endsInPages: Bool {
    switch self {
    case .sync, .queue, .gather: true
    default: false
    }
  }

  /// Whether text can say everything that is in the record.
  func accepts(_ record: UnsafeBufferPointer<UInt64>, form: ResultForm) -> Bool {
    let count = record.count - 1
    guard count == Int(record[0] >> 32) else { return false }
    guard count == argumentCount || (endsInPages && count > argumentCount) else { return false }
    return switch self {
    case .incoherent: record[2] <= 1
    case .gather: record[4] <= 1
    case .info: record[6] >> UInt64(Features.names.count) == 0
    case .result: record[2] == 0 || form == .errnoAndMapped
    default: true
    }
  }
}
