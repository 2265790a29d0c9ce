// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Reads dumps of Intel's debugfs file `domain_translation_struct`, decodes their entries, says what
/// breaks the format's rules, and makes the maps that build such a table.
public final class DumpImport {
  /// One table of a dump.
  public struct Table: Sendable {
    /// By its heading, `?` without one.
    public var device: String
    /// Of its first page.
    public var line: Int
    /// What it was read as.
    public var domain: DomainConfiguration
    /// What it comes to.
    public var tally = DumpTally()
  }

  /// Every table that was imported, in the dump's order.
  public private(set) var tables: [Table] = []
  /// Lines that could not be read, and lines that are none of a dump.
  public private(set) var malformed = 0
  public private(set) var otherLines = 0
  /// Devices whose table was dumped before, for another device.
  public private(set) var repeated = 0
  /// What breaks the format's rules, a line each, the first of them.
  public private(set) var breaches: [String] = []

  private let domain: DomainConfiguration?
  private let kernel: Kernel
  private let decodes: Bool
  private let complain: (ScenarioError) -> Void
  private var walk: DumpWalk?
  private var heading = (device: "?", top: UInt64?.none)
  private var seenTops: Set<UInt64> = []
  private var isSkipping = false
  private var text = TextBuffer(capacity: 1 << 17)
  private static let mostBreaches = 100

  /// `domain`: what the table is, else it is told from the first page; `decodes`: each entry stands in
  /// a comment, taken apart.
  public init(
    domain: DomainConfiguration?, kernel: Kernel, decodes: Bool,
    complain: @escaping (ScenarioError) -> Void = { _ in }
  ) {
    self.domain = domain
    self.kernel = kernel
    self.decodes = decodes
    self.complain = complain
  }

  /// Reads a dump. `drain` takes text away and empties its buffer; `observe` is told of each operation
  /// with the rows that it maps.
  public func read(
    _ input: consuming ByteInput, _ drain: (inout TextBuffer) throws(ScenarioError) -> Void,
    observe: (Table, Operation, [DumpRow]) -> Void = { _, _, _ in }
  ) throws(ScenarioError) {
    var source = LineSource(input)
    var held = HeldRow()
    while let bytes = try source.next() {
      let line = HeldRow.unquoted(bytes)
      if held.takes(line) { continue }
      take(held, source.name, observe)
      held = HeldRow()
      if HeldRow.isStart(line) {
        held = HeldRow(line, number: source.line, indent: line.baseAddress! - bytes.baseAddress!)
      } else {
        take(HeldRow(line, number: source.line, indent: 0), source.name, observe)
      }
      if text.count > 1 << 16 { try drain(&text) }
    }
    take(held, source.name, observe)
    finishTable(observe)
    try drain(&text)
  }

  private func take(
    _ line: HeldRow, _ name: String, _ observe: (Table, Operation, [DumpRow]) -> Void
  ) {
    line.bytes.withUnsafeBufferPointer { bytes in
      var scan = Scan(bytes)
      switch DumpLine.read(&scan, line: line.number) {
      case .failure(let fault):
        malformed += 1
        complain(
          ScenarioError(
            file: name, position: .text(line: line.number, column: fault.column + line.indent),
            message: fault.message))
      case .success(.device(let name, let top)):
        finishTable(observe)
        heading = (name, top)
        isSkipping = top.map { !seenTops.insert($0).inserted } ?? false
        if isSkipping { repeated += 1 }
      case .success(.heading): break
      case .success(.other): if bytes.contains(where: { !Scan.isSpace($0) }) { otherLines += 1 }
      case .success(.row(let row)): if !isSkipping { take(row, observe) }
      }
    }
  }

  private func take(_ row: DumpRow, _ observe: (Table, Operation, [DumpRow]) -> Void) {
    if walk == nil { open(row) }
    let said = walk!.take(row)
    if decodes { for entry in said.decoded { text.append("# \(entry)\n") } }
    for breach in said.breaches {
      tables[tables.count - 1].tally.breaches += 1
      if breaches.count < Self.mostBreaches { breaches.append("line \(row.line): \(breach)") }
    }
    if let maps = said.finished { write(maps, observe) }
  }

  private func open(_ row: DumpRow) {
    let domain = domain ?? Self.domain(of: row, kernel)
    walk = DumpWalk(domain, top: heading.top)
    tables.append(Table(device: heading.device, line: row.line, domain: domain))
    text.append(tables.count == 1 ? "" : "\n")
    text.append("# table \(tables.count), from line \(row.line) of a dump\n")
    text.appendScenarioStart(version: 2)
    text.append(domain)
  }

  private func finishTable(_ observe: (Table, Operation, [DumpRow]) -> Void) {
    guard var walk else { return }
    if let maps = walk.finish() { write(maps, observe) }
    tables[tables.count - 1].tally.leaves = walk.tally.leaves
    tables[tables.count - 1].tally.tables = walk.tally.tables
    tables[tables.count - 1].tally.bytes = walk.tally.bytes
    self.walk = nil
  }

  private func write(_ run: DumpRun, _ observe: (Table, Operation, [DumpRow]) -> Void) {
    let operation = Operation.map(
      iova: run.iova, pa: run.pa, length: run.length, prot: run.protection)
    text.append(operation)
    tables[tables.count - 1].tally.operations += 1
    observe(tables[tables.count - 1], operation, run.rows)
  }

  /// What the driver must have asked for to get such entries: user pages are the first stage's.
  private static func domain(of row: DumpRow, _ kernel: Kernel) -> DomainConfiguration {
    let present = row.entries.filter { $0 != 0 }
    let isFirstStage = present.allSatisfy { $0 & 5 == 5 }
    let top = max(row.topLevel, 2)
    let isIncoherent = present.dropFirst().contains { $0 & (isFirstStage ? 1 << 9 : 1 << 10) != 0 }
    var features: Features = .flushRange
    if isIncoherent { features.insert(.dmaIncoherent) }
    if isFirstStage {
      features.insert(.signExtend)
    } else if row.leaf & 1 << 11 != 0 {
      features.insert(.vtdssForceCoherence)
    }
    return DomainConfiguration(
      format: isFirstStage ? .x8664 : .vtdss, va: UInt8(12 + 9 * (top + 1)), oa: 52,
      features: features, top: UInt32(top), kernel: kernel, hasSyncMap: true)
  }
}
