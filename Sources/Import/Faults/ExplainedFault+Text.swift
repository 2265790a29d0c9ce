// SPDX-License-Identifier: GPL-2.0-only

extension ExplainedFault {
  /// For a terminal: a heading, what was there, and the causes that are left.
  public var text: String {
    var lines = [heading]
    if let mapping {
      lines.append("  mapped at the fault: \(range(mapping))")
      lines += life(mapping)
    } else if let former {
      lines.append("  nothing is mapped there; last: \(range(former))")
      lines += life(former)
    } else {
      lines.append("  nothing was ever seen mapped there")
    }
    if let sinceUnmap { lines.append("  unmapped \(milliseconds(sinceUnmap)) before") }
    if let below {
      lines.append(
        "  below: \(range(below)), ends 0x\(hex(address &- below.last)) before the address")
    }
    if let above {
      lines.append("  above: \(range(above)), begins 0x\(hex(above.first &- address)) behind it")
    }
    for (index, cause) in causes.enumerated() {
      lines.append("  \(index == 0 ? "cause" : "or"): \(cause.meaning)")
    }
    for doubt in doubts { lines.append("  note: \(doubt)") }
    return lines.joined(separator: "\n")
  }

  private var heading: String {
    guard let line else { return "address 0x\(hex(address))" }
    let access = isWrite.map { $0 ? "write" : "read" } ?? "access"
    let flags = flags.map { ", flags 0x\(hex($0))" } ?? ""
    let when = time.map { " at \(stamp($0))" } ?? ""
    return
      "fault at line \(line)\(when): \(device ?? "a device"), \(access) of 0x\(hex(address))\(flags)"
  }

  private func life(_ mapping: Mapping) -> [String] {
    let when =
      mapping.mappedAtLine.map {
        "at line \($0)" + (mapping.mappedAt.map { " (\(stamp($0)))" } ?? "")
          + " by \(mapping.mappedBy ?? "?")"
      } ?? "before the trace began, or by an event that was lost,"
    let user = mapping.device.map { " for \($0), \(mapping.direction ?? "?")" } ?? ""
    var lines = ["  mapped \(when)\(user)"]
    if let line = mapping.unmappedAtLine {
      lines.append(
        "  unmapped at line \(line)" + (mapping.unmappedAt.map { " (\(stamp($0)))" } ?? "")
          + " by \(mapping.unmappedBy ?? "?")")
    }
    return lines
  }

  private func range(_ mapping: Mapping) -> String {
    "0x\(hex(mapping.first)) - 0x\(hex(mapping.last)), 0x\(hex(mapping.size)) bytes"
  }

  private func hex(_ value: UInt64) -> String { String(value, radix: 16) }

  private func milliseconds(_ value: Double) -> String { "\((value * 1000).rounded() / 1000) ms" }

  private func stamp(_ seconds: Double) -> String {
    "\((seconds * 1_000_000).rounded() / 1_000_000)"
  }
}
