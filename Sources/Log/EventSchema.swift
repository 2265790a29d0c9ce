// SPDX-License-Identifier: GPL-2.0-only

/// The form of one kind of record: what its words mean, told once for readers, printers and reports.
public struct EventSchema: Sendable {
  /// What an argument word is.
  public enum Unit: Sendable {
    /// A physical address, or an IOVA.
    case address
    /// Bytes.
    case bytes
    /// A number of things: levels, CPUs, indexes, flushes.
    case count
    /// 0 or 1.
    case flag
    /// Milliseconds of virtual time.
    case milliseconds
    /// A set of bits.
    case bits
    /// Base-2 logarithm of bytes.
    case log2
    /// A table word, or what one is increased by.
    case word
    /// A result: a count of bytes, an address or a negative errno.
    case result
  }

  /// One argument word.
  public struct Argument: Sendable {
    /// What reports call it.
    public let name: String
    /// What it is counted in.
    public let unit: Unit

    init(_ name: String, _ unit: Unit) {
      self.name = name
      self.unit = unit
    }
  }

  /// The word after `=` in a trace. ``EventKind/noIOVA`` shares ``EventKind/iovaAlloc``'s.
  public let word: StaticString
  /// The arguments in front of the list of pages, or all of them.
  public let arguments: [Argument]
  /// Whether physical addresses of tables may follow, in the order of a freelist.
  public let endsInPages: Bool

  init(_ word: StaticString, _ arguments: [Argument] = [], endsInPages: Bool = false) {
    self.word = word
    self.arguments = arguments
    self.endsInPages = endsInPages
  }

  /// What reports call argument `index`, counted from 0.
  public func name(ofArgument index: Int) -> String {
    if index < arguments.count { return arguments[index].name }
    return endsInPages ? "page \(index - arguments.count + 1) of the list" : "argument \(index + 1)"
  }
}

extension EventKind {
  /// The form of records of this kind.
  public var schema: EventSchema { Self.schemas[Int(rawValue)]! }

  /// How many arguments its schema has. Asked of every record: said once more, for a table that is made
  /// when first asked costs as much as the record.
  @inlinable
  public var argumentCount: Int {
    switch self {
    case .allocFail, .flushAll, .warn, .skip, .crash: 0
    case .free, .noIOVA, .timerOn, .timerFire, .depotWork, .cpu: 1
    case .alloc, .incoherent, .clean, .top, .sync, .dirty, .result, .iovaAlloc, .iovaFree,
      .syncMap, .levels:
      2
    case .queue, .gather, .store: 4
    case .pte: 5
    case .info: 8
    }
  }

  /// Whether its schema ends in pages; the same.
  @inlinable
  public var endsInPages: Bool { self == .sync || self == .queue || self == .gather }

  /// The word after `=`; the same, asked as often.
  public var word: StaticString { Self.words[Int(rawValue)] }

  private static let words: [StaticString] = schemas.map { $0?.word ?? "" }

  /// By raw value.
  private static let schemas: [EventSchema?] = {
    var table = [EventSchema?](repeating: nil, count: 66)
    for kind in allCases { table[Int(kind.rawValue)] = kind.makeSchema() }
    return table
  }()

  private func makeSchema() -> EventSchema {
    let address = EventSchema.Argument("address", .address)
    let length = EventSchema.Argument("length", .bytes)
    let time = EventSchema.Argument("time", .milliseconds)
    let iova = EventSchema.Argument("IOVA", .address)
    let first = EventSchema.Argument("start", .address)
    let last = EventSchema.Argument("last", .address)
    return switch self {
    case .alloc: EventSchema("alloc", [address, .init("size", .bytes)])
    case .allocFail: EventSchema("alloc_fail")
    case .free: EventSchema("free", [address])
    case .incoherent: EventSchema("incoherent", [address, .init("on", .flag)])
    case .clean: EventSchema("clean", [address, length])
    case .top: EventSchema("top", [address, .init("level", .count)])
    case .sync: EventSchema("sync", [first, last], endsInPages: true)
    case .flushAll: EventSchema("flush_all")
    case .dirty: EventSchema("dirty", [iova, length])
    case .warn: EventSchema("warn")
    case .result: EventSchema("ret", [.init("value", .result), .init("mapped", .bytes)])
    case .info: EventSchema("info", Self.infoArguments)
    case .iovaAlloc: EventSchema("iova_alloc", [iova, length])
    case .noIOVA: EventSchema("iova_alloc", [length])
    case .iovaFree: EventSchema("iova_free", [iova, length])
    case .queue:
      EventSchema(
        "queue", [.init("CPU", .count), iova, length, .init("counter", .count)], endsInPages: true)
    case .timerOn: EventSchema("timer_on", [time])
    case .timerFire: EventSchema("timer_fire", [time])
    case .skip: EventSchema("skip")
    case .depotWork: EventSchema("depot_work", [time])
    case .gather:
      EventSchema(
        "gather", [.init("gather", .count), first, last, .init("queued", .flag)], endsInPages: true)
    case .store:
      EventSchema(
        "store",
        [address, .init("count", .count), .init("value", .word), .init("stride", .word)])
    case .pte:
      EventSchema(
        "pte",
        [
          .init("table", .address), .init("first index", .count), .init("last index", .count),
          .init("value", .word), .init("stride", .word),
        ])
    case .crash: EventSchema("crash")
    case .syncMap: EventSchema("sync_map", [first, length])
    case .levels: EventSchema("levels", [.init("leaves", .bits), .init("tables", .bits)])
    case .cpu: EventSchema("cpu", [.init("CPU", .count)])
    }
  }

  private static let infoArguments: [EventSchema.Argument] = [
    .init("pgsizes", .bits), .init("first", .address), .init("last", .address),
    .init("top", .address), .init("level", .count), .init("features", .bits), .init("va", .log2),
    .init("oa", .log2),
  ]
}
