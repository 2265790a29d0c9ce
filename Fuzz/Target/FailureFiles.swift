// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import ScenarioLanguage

/// What is kept of a failure: the input, its text form and the report, side by side. Their name is
/// made of the failure's signature and of the two sides, so that a failure which was seen before is
/// known by its files.
public struct FailureFiles {
  private let stem: String

  /// Files in `folder` for a failure of subjects as a user types them.
  public init(folder: String, signature: Signature, sides: [String]) {
    let key = ([signature.description] + sides).joined(separator: "\n")
    stem = "\(folder)/divergence-\(Self.fingerprint(key))"
  }

  /// The text form.
  public var textPath: String { "\(stem).iopt" }

  /// Whether a failure of this kind was saved before.
  public var exist: Bool { access(textPath, F_OK) == 0 }

  /// The report that was saved; nil when there is none.
  public var savedReport: String? {
    guard let file = fopen("\(stem).txt", "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// Writes all three.
  public func save(_ scenario: Scenario, report: String) throws {
    var text = TextBuffer()
    text.append(scenario)
    var report = report
    try encode(scenario).withUnsafeBytes { try Self.write($0, to: "\(stem).bin") }
    try report.withUTF8 { try Self.write(UnsafeRawBufferPointer($0), to: "\(stem).txt") }
    // Last, for it is what says that all are there.
    try Self.write(text.bytes, to: textPath)
  }

  /// Saves an input under its checksum, as libFuzzer names what it saves; returns its path.
  public static func saveInput(_ input: [UInt8], in folder: String) throws -> String {
    let path = "\(folder)/crash-\(ContentName(of: input))"
    try input.withUnsafeBytes { try write($0, to: path) }
    return path
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, to path: String
  ) throws(ScenarioError) {
    var output = try FileOutput(path: path)
    try output.append(bytes)
    try output.commit()
  }

  /// FNV-1a, 64 bits.
  private static func fingerprint(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
