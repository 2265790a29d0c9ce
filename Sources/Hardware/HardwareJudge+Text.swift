// SPDX-License-Identifier: GPL-2.0-only
import Log

extension HardwareJudge {
  func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

  /// What may be cached, since when, and what was sent without removing it.
  func describe(_ entry: StaleEntry) -> String {
    let range = "\(hex(entry.first)) to \(hex(entry.last))"
    let (what, how) =
      switch entry.kind {
      case .leaf:
        (
          "the translation of \(range) to \(hex(entry.pa)) (leaves of 2^\(entry.sizeLog2) bytes),"
            + " removed in operation \(entry.operation)", ""
        )
      case .pointer:
        (
          "the pointer at level \(entry.level) to the table at \(hex(entry.pa)) (\(range)), removed"
            + " in operation \(entry.operation)", ""
        )
      case .dirty:
        ("\(range), whose dirty bit was cleared in operation \(entry.operation)", " as dirty")
      case .absence: ("\(range), mapped in operation \(entry.operation)", " as not mapped")
      }
    let text =
      entry.isInIOMMU
      ? "\(what), may still be cached\(how)" : "the device TLB may still hold \(what)\(how)"
    return entry.isUnwritten ? text + ": its entry was not written back" : text + sent
  }

  /// The commands of the operation, where there are any.
  private var sent: String {
    let all = commands.commands
    if all.isEmpty { return ": \(driver.name) has sent nothing" }
    let texts = all.prefix(4).map { driver.text(of: $0) }
    let rest = all.count > 4 ? ", and \(all.count - 4) more" : ""
    return ": \(driver.name) has sent \(texts.joined(separator: ", "))\(rest)"
  }
}
