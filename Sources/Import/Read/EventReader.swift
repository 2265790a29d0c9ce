// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Reads events from the text of a trace, a line at a time, in memory that does not grow with it.
struct EventReader: ~Copyable {
  private var source: LineSource
  /// Numbers of tasks and devices, kept over several files.
  var names: NameTable
  private(set) var tally = ReadTally()
  /// Told of each line of ours that cannot be read.
  private let complain: (ScenarioError) -> Void
  /// A line that may go on in the next, without its end; empty: none.
  private var pending: [UInt8] = []
  private var pendingLine = 0
  /// Bytes in front of the line at hand, and of the pending one, that are not looked at.
  private var indent = 0
  private var pendingIndent = 0
  /// What is wrong with it so far; nil when it can stand as it is.
  private var pendingFault: (column: Int, message: String)?
  private var pendingEvent: TraceEvent?
  private var pendingLines = 0
  /// What follows it may look like a line of its own.
  private var pendingIsCut = false
  /// An event that was read while another had to be handed out first.
  private var next: TraceEvent?
  /// The whole that dynamic debug told last, whose parts follow.
  private var whole: (isMap: Bool, first: UInt64, end: UInt64)?

  /// A line goes on over at most so many others, and bytes.
  private static let mostLines = 512
  private static let mostBytes = 1 << 16

  init(
    _ input: consuming ByteInput, _ names: NameTable, _ complain: @escaping (ScenarioError) -> Void
  ) {
    source = LineSource(input)
    self.names = names
    self.complain = complain
  }

  var file: String { source.name }

  /// The next event, or nil at the end.
  mutating func read() throws(ScenarioError) -> TraceEvent? {
    if let event = next {
      next = nil
      return event
    }
    while true {
      do throws(ScenarioError) {
        guard let line = try source.next() else { return settle() }
        tally.lines += 1
        if let event = take(line) { return event }
      } catch {
        // A line that is too long is one malformed line; the rest is read.
        guard try source.skipOverlong() else { throw error }
        tally.lines += 1
        tally.malformed += 1
        complain(error)
      }
    }
  }

  /// Takes a line in; returns an event that is complete.
  private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) -> TraceEvent? {
    let text = unquoted(bytes)
    indent = text.baseAddress.map { $0 - bytes.baseAddress! } ?? 0
    var scan = Scan(text)
    if scan.isAtEnd {
      tally.otherLines += 1
      return settle()
    }
    var (form, prefix) = LinePrefix.read(&scan)
    if form == .none, pendingIsCut {
      let (isJoined, event) = completed(by: scan)
      if isJoined { return event }
    }
    if form == .none, let bare = bareEvent(scan) {
      scan = bare
      form = .event
    }
    switch form {
    case .event:
      let before = settle()
      let event = readEvent(scan, prefix)
      guard let before else { return event }
      next = event
      return before
    case .cut:
      let before = settle()
      hold(scan, nil, (scan.column, "expected an event, found the end of the line"))
      pendingIsCut = true
      return before
    case .none:
      return takeRest(scan)
    }
  }

  /// Lines that are no event's start: of the kernel's log, continuations, marks, comments.
  private mutating func takeRest(_ start: Scan) -> TraceEvent? {
    var scan = start
    switch debugEvent(&scan) {
    case .event(let event)?:
      guard let before = settle() else { return event }
      next = event
      return before
    case .cut(let column, let message)?:
      let before = settle()
      hold(start, nil, (column, message))
      pendingIsCut = true
      return before
    case .left?:
      tally.otherLines += 1
      return nil
    case nil: break
    }
    if scan.start < scan.end, scan.start.pointee == UInt8(ascii: "#") {
      tally.otherLines += 1
      if let header = LostText.header(scan) {
        tally.overwritten += header.overwritten
        tally.cpus = max(tally.cpus, header.cpus)
      }
      return nil
    }
    if let lost = LostText.read(scan) {
      tally.lostMarks += 1
      tally.lost &+= lost.count
      var event = TraceEvent(kind: .lost)
      event.line = source.line
      event.cpu = lost.cpu
      event.size = lost.count
      guard let before = settle() else { return event }
      next = event
      return before
    }
    if !pending.isEmpty { return continued(by: scan) }
    if scan.skip("cpus="), let cpus = scan.decimal() {
      tally.cpus = max(tally.cpus, Int(min(cpus, 1 << 16)))
    }
    tally.otherLines += 1
    return nil
  }

  /// The line without marks of quotation in front.
  private func unquoted(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var first = 0
    var count = bytes.count
    while count > 0, Scan.isSpace(bytes[count - 1]) { count -= 1 }
    while first < count, Scan.isSpace(bytes[first]) || bytes[first] == UInt8(ascii: ">") {
      first += 1
    }
    return UnsafeBufferPointer(rebasing: bytes[first..<count])
  }

  /// An event without task and time, as people paste it: `map: IOMMU: iova=…`.
  private func bareEvent(_ scan: Scan) -> Scan? {
    guard
      scan.sees("map: IOMMU:") || scan.sees("unmap: IOMMU:") || scan.sees("io_page_fault: IOMMU:")
        || scan.sees("iommu:") || scan.sees("dma:") || scan.sees("dma_")
    else { return nil }
    var probe = scan
    _ = probe.skip("iommu:") || probe.skip("dma:")
    let name = probe.word(until: UInt8(ascii: ":"))
    guard probe.skip(UInt8(ascii: ":")), EventName.kind(name) != nil else { return nil }
    return scan
  }

  private mutating func readEvent(_ start: Scan, _ prefix: LinePrefix) -> TraceEvent? {
    var scan = start
    _ = scan.skip("iommu:") || scan.skip("dma:")
    let name = scan.word(until: UInt8(ascii: ":"))
    if scan.isAtEnd, EventName.isBegun(name) {
      hold(scan, nil, (scan.column, "expected an event's name, found the end of the line"))
      pendingIsCut = true
      return nil
    }
    guard scan.skip(UInt8(ascii: ":")), let kind = EventName.kind(name) else {
      tally.otherEvents += 1
      return nil
    }
    var event = TraceEvent(kind: kind)
    event.line = source.line
    event.cpu = prefix.cpu
    event.pid = prefix.pid
    event.tgid = prefix.tgid
    event.isInterrupt = prefix.isInterrupt
    event.time = prefix.time
    event.task = names.number(of: prefix.task)
    switch EventText.read(&scan, &event, &names) {
    case .event:
      count(event)
      return event
    case .usable: hold(scan, event, nil)
    case .other: tally.otherEvents += 1
    case .fault(let column, let message): hold(scan, nil, (column, message))
    }
    return nil
  }

  private mutating func count(_ event: TraceEvent) {
    tally.events += 1
    if event.isHashed { tally.hashed += 1 }
    if event.list?.isTruncated == true { tally.truncated += 1 }
  }

  /// Keeps a line that may go on in the next.
  private mutating func hold(
    _ scan: Scan, _ event: TraceEvent?, _ fault: (column: Int, message: String)?
  ) {
    pending.removeAll(keepingCapacity: true)
    pending.append(
      contentsOf: UnsafeBufferPointer(start: scan.start, count: scan.end - scan.start))
    pendingLine = source.line
    pendingIndent = indent
    pendingEvent = event
    pendingFault = fault
    pendingLines = 1
    pendingIsCut = false
  }

  /// What the pending line and this one are together, if that is an event.
  private mutating func completed(by scan: Scan) -> (isJoined: Bool, event: TraceEvent?) {
    let more = UnsafeBufferPointer(start: scan.start, count: scan.end - scan.start)
    guard pending.count + more.count <= Self.mostBytes else { return (false, nil) }
    // A time that ends in a digit may go on.
    let isInNumber = Scan.isDigit(pending.last ?? 0)
    for glue in isInNumber ? [[], [UInt8(ascii: " ")]] : [[UInt8(ascii: " ")], []] {
      switch reread(pending + glue + more) {
      case .event(let event)?:
        tally.continuations += 1
        forget()
        count(event)
        return (true, event)
      case .usable(let event)?:
        tally.continuations += 1
        pending += glue + more
        pendingEvent = event
        pendingFault = nil
        pendingIsCut = false
        return (true, nil)
      case nil: continue
      }
    }
    return (false, nil)
  }

  /// Reads the pending line together with one that continues it: with a space between them, or
  /// without, where the mail was broken in the middle of a number.
  private mutating func continued(by scan: Scan) -> TraceEvent? {
    let more = UnsafeBufferPointer(start: scan.start, count: scan.end - scan.start)
    pendingLines += 1
    guard pendingLines <= Self.mostLines, pending.count + more.count <= Self.mostBytes else {
      return settle()
    }
    let isUsable = pendingEvent != nil
    for glue in [[UInt8(ascii: " ")], []] {
      switch reread(pending + glue + more) {
      case .event(let event)?:
        tally.continuations += 1
        forget()
        count(event)
        return event
      case .usable(let event)?:
        tally.continuations += 1
        pending += glue + more
        pendingEvent = event
        pendingFault = nil
        return nil
      default: continue
      }
    }
    if isUsable {
      tally.otherLines += 1
      return settle()
    }
    tally.continuations += 1
    pending += [UInt8(ascii: " ")] + more
    return nil
  }

  private enum Reread {
    case event(TraceEvent)
    case usable(TraceEvent)
  }

  private mutating func reread(_ bytes: [UInt8]) -> Reread? {
    bytes.withUnsafeBufferPointer { buffer in
      var scan = Scan(buffer)
      var (form, prefix) = LinePrefix.read(&scan)
      if form == .none, let bare = bareEvent(scan) {
        scan = bare
        form = .event
      }
      guard form == .event else {
        var fault = TraceEvent(kind: .fault)
        guard case .event? = FaultLog.read(scan, &fault, &names) else { return nil }
        fault.line = pendingLine
        fault.time = DebugText.time(scan)
        return .event(fault)
      }
      _ = scan.skip("iommu:") || scan.skip("dma:")
      let name = scan.word(until: UInt8(ascii: ":"))
      guard scan.skip(UInt8(ascii: ":")), let kind = EventName.kind(name) else { return nil }
      var event = TraceEvent(kind: kind)
      event.line = pendingLine
      event.cpu = prefix.cpu
      event.pid = prefix.pid
      event.tgid = prefix.tgid
      event.isInterrupt = prefix.isInterrupt
      event.time = prefix.time
      event.task = names.number(of: prefix.task)
      return switch EventText.read(&scan, &event, &names) {
      case .event: .event(event)
      case .usable: .usable(event)
      case .other, .fault: nil
      }
    }
  }

  private mutating func forget() {
    pending.removeAll(keepingCapacity: true)
    pendingIsCut = false
    pendingEvent = nil
    pendingFault = nil
  }

  /// Ends the pending line as it stands.
  private mutating func settle() -> TraceEvent? {
    if pending.isEmpty { return nil }
    let event = pendingEvent
    let fault = pendingFault
    let line = pendingLine
    forget()
    if let event {
      count(event)
      return event
    }
    guard let fault else { return nil }
    tally.malformed += 1
    complain(
      ScenarioError(
        file: source.name, position: .text(line: line, column: fault.column + pendingIndent),
        message: fault.message))
    return nil
  }

  /// What a line of the kernel's log came to.
  private enum Logged {
    case event(TraceEvent)
    /// It may go on in the next line.
    case cut(Int, String)
    /// Nothing is to be made of it.
    case left
  }

  /// An event of the kernel's log; parts of a whole that was told already are left out.
  private mutating func debugEvent(_ scan: inout Scan) -> Logged? {
    var fault = TraceEvent(kind: .fault)
    switch FaultLog.read(scan, &fault, &names) {
    case .event?:
      fault.line = source.line
      fault.time = DebugText.time(scan)
      tally.events += 1
      return .event(fault)
    case .fault(let column, let message)?: return .cut(column, message)
    default: break
    }
    guard let part = DebugText.find(&scan) else { return nil }
    var event = TraceEvent(kind: .map)
    event.line = source.line
    event.time = DebugText.time(scan)
    if case .fault(let column, let message) = DebugText.read(part, &scan, &event) {
      tally.malformed += 1
      complain(
        ScenarioError(
          file: source.name, position: .text(line: source.line, column: column + indent),
          message: message))
      return .left
    }
    let isMap = event.kind == .map
    let (end, isWrapped) = event.iova.addingReportingOverflow(event.size)
    switch part {
    case .map, .unmapThis:
      whole = (isMap, event.iova, isWrapped ? .max : end)
    case .mapping, .unmapped:
      if let whole, whole.isMap == isMap, event.iova >= whole.first, end <= whole.end, !isWrapped {
        tally.debugParts += 1
        return .left
      }
    }
    count(event)
    return .event(event)
  }
}
