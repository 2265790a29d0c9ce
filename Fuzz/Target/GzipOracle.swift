// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Reads an input as a gzip file. One that starts as such a file is taken as it is; mutation hardly
/// gets past its checksum, so any other is text to compress first, in the way that its last byte
/// chooses. What is read then must be what the text itself says.
final class GzipOracle: InputOracle {
  /// Low bits of the last byte; 2 are those of a line end.
  private enum Wrapping: UInt8 {
    case severalMembers = 0
    case damaged = 1
    case oneMember = 2
    case truncated = 3
  }

  func test(_ input: UnsafeBufferPointer<UInt8>) {
    if input.starts(with: [0x1f, 0x8b]) {
      _ = Reading(Array(input))
      return
    }
    guard let last = input.last else { return }
    let text = Array(input.dropLast())
    let choice = Int(text.last ?? 0)
    let plain = Reading(text)
    switch Wrapping(rawValue: last & 3)! {
    case .oneMember:
      if Reading(compressed(text[...])) != plain { fail("gzip: not read as the text inside\n") }
    case .severalMembers:
      let split = choice % (text.count + 1)
      let members = compressed(text[..<split]) + compressed(text[split...])
      if Reading(members) != plain { fail("gzip: two members are not read as their text\n") }
      if allBytes(of: members, inPartsOf: 1 + choice) != text {
        fail("gzip: two members do not inflate to their text in parts of \(1 + choice)\n")
      }
    case .damaged:
      var damaged = compressed(text[...])
      damaged[choice % damaged.count] ^= 1 | last
      let reading = Reading(damaged)
      if reading.error == nil, reading != plain { fail("gzip: damage was not noticed\n") }
    case .truncated:
      let whole = compressed(text[...])
      let kept = whole.count - 1 - choice % (whole.count - 2)
      if Reading(Array(whole[..<kept])).error == nil { fail("gzip: the end was not missed\n") }
    }
  }

  private func compressed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    bytes.withUnsafeBytes { gzipCompressed($0) }
  }

  /// nil when the file cannot be read.
  private func allBytes(of file: [UInt8], inPartsOf size: Int) -> [UInt8]? {
    var input = ByteInput(bytes: file, name: "input")
    var part = [UInt8](repeating: 0, count: size)
    var result: [UInt8] = []
    while true {
      let count = part.withUnsafeMutableBytes { buffer -> Int? in
        do throws(ScenarioError) { return try input.read(into: buffer) } catch { return nil }
      }
      guard let count else { return nil }
      if count == 0 { return result }
      result += part[..<count]
    }
  }
}

/// What a reader made of a file: scenarios or an error.
private struct Reading: Equatable {
  var scenarios: [LocatedScenario] = []
  var error: ScenarioError?

  init(_ file: [UInt8]) {
    do throws(ScenarioError) {
      scenarios = try readScenarios(bytes: file, name: "input")
    } catch {
      self.error = error
    }
  }
}
