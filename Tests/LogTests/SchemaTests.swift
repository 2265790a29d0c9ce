// SPDX-License-Identifier: GPL-2.0-only
import Log
import SubjectABI
import Testing

/// The schema is the ABI's.
@Suite struct SchemaTests {
  private static let abi: [(EventKind, iopt_event)] = [
    (.alloc, IOPT_EVENT_ALLOC), (.allocFail, IOPT_EVENT_ALLOC_FAIL), (.free, IOPT_EVENT_FREE),
    (.incoherent, IOPT_EVENT_INCOHERENT), (.clean, IOPT_EVENT_CLEAN), (.top, IOPT_EVENT_TOP),
    (.sync, IOPT_EVENT_SYNC), (.flushAll, IOPT_EVENT_FLUSH_ALL), (.dirty, IOPT_EVENT_DIRTY),
    (.warn, IOPT_EVENT_WARN), (.result, IOPT_EVENT_RET), (.info, IOPT_EVENT_INFO),
    (.iovaAlloc, IOPT_EVENT_IOVA_ALLOC), (.noIOVA, IOPT_EVENT_IOVA_NONE),
    (.iovaFree, IOPT_EVENT_IOVA_FREE), (.queue, IOPT_EVENT_QUEUE),
    (.timerOn, IOPT_EVENT_TIMER_ON), (.timerFire, IOPT_EVENT_TIMER_FIRE),
    (.skip, IOPT_EVENT_SKIP), (.depotWork, IOPT_EVENT_DEPOT_WORK), (.gather, IOPT_EVENT_GATHER),
    (.store, IOPT_EVENT_STORE), (.syncMap, IOPT_EVENT_SYNC_MAP), (.levels, IOPT_EVENT_LEVELS),
    (.cpu, IOPT_EVENT_CPU),
  ]

  @Test func everyKindHasTheABIsNumber() {
    for (kind, event) in Self.abi { #expect(kind.rawValue == event.rawValue, "\(kind)") }
    let known = Set(Self.abi.map(\.0)).union([.pte, .crash])
    #expect(known == Set(EventKind.allCases))
  }

  @Test func whatIsAskedOfEveryRecordIsTheSchemas() {
    for kind in EventKind.allCases {
      #expect(kind.argumentCount == kind.schema.arguments.count, "\(kind)")
      #expect(kind.endsInPages == kind.schema.endsInPages, "\(kind)")
    }
  }

  @Test func onlyRecordsWithAFreelistEndInPages() {
    let ending = EventKind.allCases.filter(\.schema.endsInPages)
    #expect(ending == [.sync, .queue, .gather])
    let words: [UInt64] = [UInt64(EventKind.gather.rawValue) | 6 << 32, 0, 0, 1, 0, 7, 8]
    words.withUnsafeBufferPointer {
      #expect(Array(Record(words: $0).pages) == [7, 8])
    }
    #expect(EventKind.gather.schema.name(ofArgument: 5) == "page 2 of the list")
  }
}
