// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Scenario

/// What is kept of a failure: the input, its text form and the report, side by side under one
/// name that is made of the input's bytes.
struct FailureFiles {
  private let stem: String
  private let input: [UInt8]

  init(folder: String, input: [UInt8]) {
    stem = "\(folder)/divergence-\(Self.fingerprint(input))"
    self.input = input
  }

  var textPath: String { "\(stem).iopt" }

  func save(_ scenario: Scenario, report: String) throws(ScenarioError) {
    var text = TextBuffer()
    text.append(scenario)
    try Self.write(text.bytes, to: textPath)
    var problem: ScenarioError?
    func keep(_ bytes: UnsafeRawBufferPointer, _ path: String) {
      do throws(ScenarioError) { try Self.write(bytes, to: path) } catch { problem = error }
    }
    input.withUnsafeBytes { keep($0, "\(stem).bin") }
    var report = report
    report.withUTF8 { keep(UnsafeRawBufferPointer($0), "\(stem).txt") }
    if let problem { throw problem }
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, to path: String
  ) throws(ScenarioError) {
    var output = try FileOutput(path: path)
    try output.append(bytes)
    try output.commit()
  }

  /// FNV-1a, 64 bits.
  private static func fingerprint(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
