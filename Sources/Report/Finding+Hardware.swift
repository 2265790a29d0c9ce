// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Lockstep

extension Finding.HardwareEvidence {
  /// What is behind the finding, line by line.
  var lines: [String] {
    let mark = unlikeness.map { "  \(driver) would never make such a domain: \($0)" }
    return [danger.map { "  \($0)" }].compactMap(\.self) + (account?.lines ?? [])
      + [mark].compactMap(\.self)
  }
}

extension CacheAccount {
  /// What was cached since when, what should have removed it, what was sent, what made it a danger,
  /// and the walk.
  fileprivate var lines: [String] {
    var lines = [
      "", "  \(cache == "memory" ? "in memory" : "may be cached by \(cache)"): \(history)",
    ]
    if cache != "memory" {
      lines.append("  should have removed it: \(remedy ?? "no command of this driver does")")
      if sent.isEmpty { lines.append("  sent since: nothing") }
    }
    lines += sent.map { "  sent in operation \($0.operation): \($0.command), which \($0.whyNot)" }
    lines.append("  a danger from operation \(dangerous) on: \(promise)")
    if !walk.isEmpty { lines.append("  the walk, from the top down:") }
    return lines + walk.flatMap(\.lines) + [""]
  }

  private var history: String {
    what + (since.map { ", written in operation \($0)" } ?? "")
      + (removed.map { ", gone since operation \($0)" } ?? "")
  }
}

extension CacheAccount.Step {
  fileprivate var lines: [String] {
    let place = "    level \(level): table \(hex(table)), \(state)"
    guard let index, let address, let word, let meaning else { return [place] }
    let line = "\(place); word \(index) at \(hex(address)): \(hex(word)) \(meaning)"
    return [line] + (cached.map { ["      may be cached as: \($0)"] } ?? [])
  }

  private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}
