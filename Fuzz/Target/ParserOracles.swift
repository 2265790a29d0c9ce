// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Reads an input as a scenario file. A file that can be read must print, and the
/// print must read as the same; an error must say where.
final class TextOracle: InputOracle {
  func test(_ input: UnsafeBufferPointer<UInt8>) {
    let bytes = Array(input)
    do throws(ScenarioError) {
      let scenarios = try readScenarios(bytes: bytes, name: "input").map(\.scenario)
      var text = TextBuffer()
      for scenario in scenarios { text.append(scenario) }
      let again = try readScenarios(bytes: Array(text.bytes), name: "print").map(\.scenario)
      if again != scenarios { fail("a scenario is not the same after it was printed and read\n") }
    } catch {
      if error.file == "print" { fail("a printed scenario cannot be read: \(error)\n") }
    }
  }
}

/// Decodes an input; text of it, and bytes made of it, must mean the same.
final class DecoderOracle: InputOracle {
  func test(_ input: UnsafeBufferPointer<UInt8>) {
    let scenario = decode(Array(input))
    if decode(encode(scenario)) != scenario {
      fail("a scenario is not the same after it was encoded and decoded\n")
    }
    var text = TextBuffer()
    text.append(scenario)
    do throws(ScenarioError) {
      let again = try readScenarios(bytes: Array(text.bytes), name: "print").map(\.scenario)
      if again != [scenario] { fail("a scenario is not the same after it was printed and read\n") }
    } catch {
      fail("a printed scenario cannot be read: \(error)\n")
    }
  }
}
