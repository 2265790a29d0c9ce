// SPDX-License-Identifier: GPL-2.0-only
import Log

extension EventKind {
  /// The kind that a word after `=` stands for, nearly always the first tried: ``noIOVA`` is told
  /// from ``iovaAlloc`` by what follows. nil for a word that the language has no observation for.
  init?(observation word: ByteWord) {
    if word == "pte" {
      self = .pte
      return
    }
    if word == "sync_map" {
      self = .syncMap
      return
    }
    for rawValue in EventKind.alloc.rawValue...EventKind.gather.rawValue {
      let kind = EventKind(rawValue: rawValue)!
      if word == kind.word {
        self = kind
        return
      }
    }
    guard word == "crash" else { return nil }
    self = .crash
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
    case .levels, .cpu: false
    case .result: record[2] == 0 || form == .errnoAndMapped
    case .store: false
    default: true
    }
  }
}
