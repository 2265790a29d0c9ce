// SPDX-License-Identifier: GPL-2.0-only
import Import
import ScenarioLanguage

/// Imports an input as a trace. Whatever comes of it must read as scenarios, the same whether
/// addresses are renamed or not but for their physical addresses, and errors must name a line that is
/// there. Faults in it must be explained.
final class TraceTextOracle: InputOracle {
  func test(_ input: UnsafeBufferPointer<UInt8>) {
    let bytes = Array(input)
    let kept = imported(bytes, keepsAddresses: true)
    let renamed = imported(bytes, keepsAddresses: false)
    let shapes = [kept, renamed].map {
      $0.map { scenario in scenario.operations.map(\.kind.rawValue) }
    }
    if shapes[0] != shapes[1] { fail("trace: other operations when addresses are renamed\n") }
    do throws(ScenarioError) {
      let explainer = FaultExplainer(ImportOptions(), limit: 16)
      try explainer.read(ByteInput(bytes: bytes, name: "input"))
      try explainer.finish()
      for fault in explainer.faults where fault.causes.isEmpty || fault.text.isEmpty {
        fail("trace: a fault without a cause\n")
      }
    } catch {
      check(error, bytes)
    }
  }

  private func imported(_ bytes: [UInt8], keepsAddresses: Bool) -> [Scenario] {
    var options = ImportOptions()
    options.keepsAddresses = keepsAddresses
    let trace = TraceImport(options) { check($0, bytes) }
    var text = TextBuffer()
    do throws(ScenarioError) {
      try trace.read(ByteInput(bytes: bytes, name: "input"))
      try trace.finish()
      try trace.write({ (part) throws(ScenarioError) in
        text.append(part.bytes)
        part.removeAll()
      })
      if trace.summary.isEmpty { fail("trace: no summary\n") }
    } catch {
      check(error, bytes)
      return []
    }
    return reread(text)
  }
}

/// Imports an input as a dump: what comes of it must read as scenarios.
final class DumpOracle: InputOracle {
  func test(_ input: UnsafeBufferPointer<UInt8>) {
    let bytes = Array(input)
    let dump = DumpImport(domain: nil, kernel: .linux7_3, decodes: true) { check($0, bytes) }
    var text = TextBuffer()
    do throws(ScenarioError) {
      try dump.read(
        ByteInput(bytes: bytes, name: "input"),
        { (part) throws(ScenarioError) in
          text.append(part.bytes)
          part.removeAll()
        })
    } catch {
      return check(error, bytes)
    }
    if reread(text).count != dump.tables.count {
      fail("dump: another number of scenarios than tables\n")
    }
  }
}

/// An error in text must be at a place of the text.
private func check(_ error: ScenarioError, _ bytes: [UInt8]) {
  guard case .text(let line, let column) = error.position else { return }
  let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
  if line < 1 || line > lines || column < 1 || column > bytes.count + 2 {
    fail("an error is at a place that is not there: \(error)\n")
  }
}

private func reread(_ text: borrowing TextBuffer) -> [Scenario] {
  if text.count == 0 { return [] }
  do throws(ScenarioError) {
    return try readScenarios(bytes: Array(text.bytes), name: "print").map(\.scenario)
  } catch {
    fail("what was imported cannot be read: \(error)\n")
  }
}
