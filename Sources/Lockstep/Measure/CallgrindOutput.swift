// SPDX-License-Identifier: GPL-2.0-only

/// What callgrind writes of a program, names and positions not compressed.
struct CallgrindOutput {
  private let text: String

  init(_ text: String) { self.text = text }

  /// Instructions of all calls of each function that is named, those included of what it calls.
  func inclusive(_ functions: [String]) -> [String: Int] {
    var counts: [String: Int] = [:]
    var callee: String?
    var followsCalls = false
    for line in text.split(separator: "\n") {
      if line.hasPrefix("cfn=") {
        let name = String(line.dropFirst(4))
        callee = functions.contains(name) ? name : nil
      } else if line.hasPrefix("calls=") {
        followsCalls = callee != nil
      } else if followsCalls {
        // A position and the cost.
        if let callee, let cost = line.split(separator: " ").last.flatMap({ Int($0) }) {
          counts[callee, default: 0] += cost
        }
        followsCalls = false
        callee = nil
      }
    }
    return counts
  }
}
