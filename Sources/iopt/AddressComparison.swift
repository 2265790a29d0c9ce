// SPDX-License-Identifier: GPL-2.0-only
import Import
import Lockstep
import ScenarioLanguage

/// Runs imported scenarios, to say where our allocator gives other DMA addresses than the trace has.
final class AddressComparison {
  /// What is to be said, a sentence each.
  private(set) var lines: [String] = []
  private var domain: DirectDomain?
  private var number: Int?
  private var line = 0
  private var operations = 0
  private var compared = 0
  private var different = 0
  private var first: (trace: UInt64, ours: UInt64, operation: String)?
  /// Operations of one scenario that are run: the first differences are what tells.
  private static let limit = 100_000

  /// Takes the next operation, with the address that the trace has for it.
  func take(_ space: ImportedSpace, _ operation: Operation, _ address: UInt64?) {
    if space.number != number {
      finish()
      number = space.number
      line = space.line
      operations = 0
      open(space)
    }
    guard let domain, operations < Self.limit else { return }
    operations += 1
    let response = domain.run(operation)
    guard response.status == .done else {
      self.domain = nil
      lines.append("the space from line \(space.line) crashes our own code: \(operation.text)")
      return
    }
    guard let address else { return }
    compared += 1
    // A list's event has the address of its first piece, with the piece's offset.
    let isList = operation.pieces != nil
    let same = isList ? response.value >> 12 == address >> 12 : response.value == address
    if same { return }
    different += 1
    if first == nil { first = (address, response.value, operation.text) }
  }

  private func open(_ space: ImportedSpace) {
    guard space.dma != nil else { return }
    do {
      domain = try DirectDomain(.swift, scenario: Scenario(domain: space.domain, dma: space.dma))
    } catch {
      lines.append("the space from line \(space.line) has a configuration that does not open")
    }
  }

  /// Says what was seen of the scenario at hand.
  func finish() {
    if compared > 0 {
      let range = operations < Self.limit ? "" : " (of the first \(Self.limit) operations)"
      if let first {
        lines.append(
          "space from line \(line): \(different) of \(compared) DMA addresses\(range) differ from"
            + " our allocator's: 0x\(String(first.trace, radix: 16)) in the trace, 0x"
            + "\(String(first.ours, radix: 16)) here, by `\(first.operation)`: another release or mask,"
            + " other users of the domain, or a trace that began later; the scenario goes by handles"
        )
      } else {
        lines.append(
          "space from line \(line): all \(compared) DMA addresses\(range) as our allocator's")
      }
    }
    domain = nil
    compared = 0
    different = 0
    first = nil
  }
}
