// SPDX-License-Identifier: GPL-2.0-only
import FoundationEssentials
import Hardware
import ScenarioLanguage

/// What a process that runs subjects tells its parent.
enum IsolationMessage: Codable {
  /// The subjects were loaded, and can do this.
  case loaded([Capabilities])
  /// A subject cannot be had.
  case failed(SubjectError)
  case finding(Finding)
  /// What the counters in shared memory do not say: refusals and domains not opened, with reasons.
  case reasons(RunTally)
  /// What the process has counted behind drivers so far.
  case costs([DriverCosts])
  /// The scenario that was sent is judged.
  case judged

  init(_ bytes: ArraySlice<UInt8>) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(bytes))
  }

  /// nil for what cannot be told, which no message is.
  var bytes: [UInt8]? { (try? JSONEncoder().encode(self)).map(Array.init) }
}

extension ParentLink {
  /// A message's first byte.
  static let value: UInt8 = 0
  static let text: UInt8 = 1

  func send(_ message: IsolationMessage) {
    if let bytes = message.bytes { send([Self.value] + bytes) }
  }

  func send(text: [UInt8]) {
    if !text.isEmpty { send([Self.text] + text) }
  }
}
