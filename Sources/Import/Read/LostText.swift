// SPDX-License-Identifier: GPL-2.0-only

/// Lines that say that events are missing.
enum LostText {
  /// How many events the line says were lost, 0 where it does not say how many; nil for any other
  /// line. `CPU:2 [LOST 12 EVENTS]`, `CPU:2 [12 EVENTS DROPPED]`, `[LOST EVENTS]`, `LOST 12 events!`.
  static func read(_ scan: Scan) -> (count: UInt64, cpu: Int32)? {
    var probe = scan
    probe.skipSpaces()
    var cpu: Int32 = -1
    if probe.skip("CPU:"), let number = probe.decimal(), number < 1 << 20 { cpu = Int32(number) }
    let text = Slice(start: scan.start, count: scan.end - scan.start)
    guard text.count < 512 else { return nil }
    let isLost = text.contains("EVENTS]") && text.contains("[LOST")
    let isDropped = text.contains("EVENTS DROPPED]")
    let isPerf =
      text.contains("LOST ") && text.contains(" events!") || text.contains("PERF_RECORD_LOST")
    guard isLost || isDropped || isPerf else { return nil }
    return (firstNumber(in: scan, behind: isDropped || isLost ? "[" : "LOST"), cpu)
  }

  private static func firstNumber(in scan: Scan, behind mark: StaticString) -> UInt64 {
    guard let found = scan.line.find(mark) else { return 0 }
    var place = scan
    place.at = found
    while place.at < place.end, !Scan.isDigit(place.at.pointee) { place.at += 1 }
    return place.decimal() ?? 0
  }

  /// `# entries-in-buffer/entries-written: 100/250   #P:8`: events that were overwritten, and CPUs.
  static func header(_ scan: Scan) -> (overwritten: UInt64, cpus: Int)? {
    let mark: StaticString = "entries-written:"
    guard let found = scan.line.find(mark) else { return nil }
    var place = scan
    place.at = found + mark.utf8CodeUnitCount
    place.skipSpaces()
    guard let kept = place.decimal(), place.skip(UInt8(ascii: "/")),
      let written = place.decimal()
    else { return nil }
    place.skipSpaces()
    let cpus = place.skip("#P:") ? place.decimal() ?? 0 : 0
    return (written > kept ? written - kept : 0, Int(min(cpus, 1 << 16)))
  }
}
