// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Makes scenarios of traces. Memory does not grow with the traces' length, but with what is mapped
/// at once and with the memory that was ever mapped.
public final class TraceImport {
  /// What became of the lines, of all files together.
  public private(set) var lines = ReadTally()
  /// What could not be told.
  public var tally: ImportTally { resolver.tally }

  private let options: ImportOptions
  private let complain: (ScenarioError) -> Void
  private var names = NameTable()
  private let spool = Spool(streams: 1)
  private var physical = PhysicalNames()
  private var facts: [Int32: SpaceFacts] = [:]
  private var failure: ScenarioError?
  private var resolver: Resolver!
  /// Told of each step in its order: what explains faults.
  private let observer: ((Step) -> Void)?
  private var knownNames = 1

  /// What a space's header needs to know.
  private struct SpaceFacts {
    var line = 0
    var operations = 0
    var highest: UInt64 = 0
    var cpus: UInt32 = 1
    var usesDMA = false
    var start: UInt64?
  }

  /// `complain` is told of each line that is one of ours and cannot be read.
  public convenience init(
    _ options: ImportOptions, complain: @escaping (ScenarioError) -> Void = { _ in }
  ) {
    self.init(options, observer: nil, complain: complain)
  }

  init(
    _ options: ImportOptions, observer: ((Step) -> Void)?,
    complain: @escaping (ScenarioError) -> Void
  ) {
    self.options = options
    self.complain = complain
    self.observer = observer
    resolver = Resolver(options.filter) { [unowned self] in keep($0) }
  }

  /// Reads a trace, plain or gzip.
  public func read(_ input: consuming ByteInput) throws(ScenarioError) {
    var reader = EventReader(input, names, complain)
    do throws(ScenarioError) {
      while let event = try reader.read() {
        if reader.names.names.count > knownNames { learn(reader.names) }
        resolver.take(event)
        if let failure { throw failure }
      }
    } catch {
      names = reader.names
      lines.add(reader.tally)
      throw error
    }
    names = reader.names
    lines.add(reader.tally)
  }

  /// Looks at names that were not met before.
  private func learn(_ names: NameTable) {
    for number in knownNames..<names.names.count {
      let name = names.names[number]
      if name == options.filter.comm { resolver.wanted.comm = UInt32(number) }
      if name == options.filter.device { resolver.wanted.device = UInt32(number) }
      if Resolver.isKernelThread(name) { resolver.kernelTasks.insert(UInt32(number)) }
    }
    knownNames = names.names.count
  }

  /// No more files come.
  public func finish() throws(ScenarioError) {
    resolver.finish()
    if let failure { throw failure }
  }

  func name(_ number: UInt32) -> String { names[number] }

  func spaces(ofAttacherOf device: UInt32) -> [Int32] { resolver.spaces(ofAttacherOf: device) }

  func space(ofDevice device: UInt32) -> Int32? { resolver.space(ofDevice: device) }

  // MARK: Steps

  private func keep(_ step: Step) {
    if let observer { return observer(step) }
    if step.isClaimed || step.space < 0 { return }
    switch step.kind {
    case .fault, .lost: return
    default: break
    }
    note(step)
    do throws(ScenarioError) {
      try StepRecord.withBytes(step) { bytes throws(ScenarioError) in
        try spool.append(bytes, to: 0)
      }
    } catch {
      failure = error
    }
  }

  private func note(_ step: Step) {
    var fact = facts[step.space] ?? SpaceFacts(line: step.line, start: step.time)
    fact.operations += 1
    fact.usesDMA = step.kind != .map && step.kind != .unmap
    fact.cpus = max(fact.cpus, UInt32(clamping: step.cpu + 1))
    if fact.start == nil { fact.start = step.time }
    if step.kind != .dmaUnmap { fact.highest = max(fact.highest, step.last) }
    facts[step.space] = fact
    guard !options.keepsAddresses else { return }
    switch step.kind {
    case .map, .dmaMap: physical.note(step.pa, step.size)
    case .dmaList: for piece in step.pieces ?? [] { physical.note(piece.pa, piece.length) }
    default: break
    }
  }

  // MARK: Scenarios

  /// The scenarios, in the order in which the trace began them.
  public func spaces() -> [ImportedSpace] {
    roots().enumerated().map { imported($1.number, $1.facts, $0 + 1) }
  }

  private func roots() -> [(number: Int32, facts: SpaceFacts)] {
    let merged = resolver.roots
    let left = resolver.untranslated
    var result: [Int32: SpaceFacts] = [:]
    for (number, fact) in facts where !left.contains(number) {
      let root = merged[number] ?? number
      guard var all = result[root] else {
        result[root] = fact
        continue
      }
      all.operations += fact.operations
      all.highest = max(all.highest, fact.highest)
      all.cpus = max(all.cpus, fact.cpus)
      all.line = min(all.line, fact.line)
      result[root] = all
    }
    return result.map { ($0.key, $0.value) }.sorted { ($0.1.line, $0.0) < ($1.1.line, $1.0) }
  }

  /// Devices whose addresses are physical ones, so that no IOMMU was in the way.
  public var untranslatedDevices: Int { resolver.untranslated.count }

  private func imported(_ number: Int32, _ fact: SpaceFacts, _ place: Int) -> ImportedSpace {
    var domain = options.domain ?? options.like.domain(options.kernel, highest: fact.highest)
    if domain.kernel == nil { domain.kernel = options.kernel }
    let cpus = min(256, max(fact.cpus, UInt32(clamping: lines.cpus)))
    let usual = options.like.dma(cpus: cpus, highest: fact.highest)
    let device = resolver.deviceOfSpace[number].map { names[$0] }
    return ImportedSpace(
      number: place, line: fact.line, operations: fact.operations, device: device, domain: domain,
      dma: fact.usesDMA ? options.dma ?? usual : nil, cpus: fact.cpus, highest: fact.highest)
  }

  /// Prints all scenarios; `drain` takes text away and empties its buffer. `observe` is told of each
  /// operation, with the space's number and the DMA address that the trace has for it.
  public func write(
    _ drain: (inout TextBuffer) throws(ScenarioError) -> Void,
    observe: (ImportedSpace, Operation, UInt64?) -> Void = { _, _, _ in }
  ) throws(ScenarioError) {
    let roots = roots()
    physical.settle()
    let sorted = try sort(roots.map(\.number))
    var text = TextBuffer(capacity: 1 << 17)
    for (index, root) in roots.enumerated() {
      let space = imported(root.number, root.facts, index + 1)
      if index > 0 { text.append("\n") }
      appendHeader(space, of: roots.count, &text)
      var writer = StepWriter(space, options, physical, start: root.facts.start)
      try sorted.read(index) { bytes throws(ScenarioError) in
        try StepRecord.forEach(bytes) { record, pieces throws(ScenarioError) in
          writer.append(record, pieces, &text) { observe(space, $0, $1) }
          if text.count > 1 << 16 { try drain(&text) }
        }
      }
      try drain(&text)
    }
  }

  /// The steps of each root as a stream of its own.
  private func sort(_ numbers: [Int32]) throws(ScenarioError) -> Spool {
    // One alone is taken as it is, if nothing was left out.
    if numbers.count == 1, facts.count == 1 { return spool }
    let streams = Dictionary(uniqueKeysWithValues: numbers.enumerated().map { ($1, $0) })
    let merged = resolver.roots
    let sorted = Spool(streams: numbers.count)
    let size = MemoryLayout<StepRecord>.size
    try spool.read(0) { bytes throws(ScenarioError) in
      var offset = 0
      while offset < bytes.count {
        let record = bytes.loadUnaligned(fromByteOffset: offset, as: StepRecord.self)
        let length = size + Int(record.pieces) * MemoryLayout<StepRecord.Piece>.size
        if let stream = streams[merged[record.space] ?? record.space] {
          try sorted.append(
            UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]), to: stream)
        }
        offset += length
      }
    }
    return sorted
  }

  private func appendHeader(
    _ space: ImportedSpace, of count: Int, _ text: inout TextBuffer
  ) {
    text.append("# address space \(space.number) of \(count), from line \(space.line): ")
    text.append(space.dma == nil ? "maps and unmaps" : "a device's DMA API")
    if options.showsNames, let device = space.device { text.append(" (\(device.printable))") }
    text.append("; imported, \(space.operations) operations\n")
    text.appendScenarioStart(version: 2)
    text.append(space.domain)
    if let dma = space.dma { text.append(dma) }
  }
}

extension ReadTally {
  mutating func add(_ other: ReadTally) {
    lines += other.lines
    events += other.events
    otherEvents += other.otherEvents
    otherLines += other.otherLines
    continuations += other.continuations
    malformed += other.malformed
    lostMarks += other.lostMarks
    lost &+= other.lost
    overwritten &+= other.overwritten
    truncated += other.truncated
    hashed += other.hashed
    debugParts += other.debugParts
    cpus = max(cpus, other.cpus)
  }
}
