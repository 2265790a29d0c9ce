// SPDX-License-Identifier: GPL-2.0-only

// Fuzz inputs. An input is a row of 64-bit little-endian words; what is missing at the end reads as
// zero, so every byte string is a scenario and a changed byte changes one operation.
//
// Word 0 is the header: byte 0 is the format version (1; any other value is read as 1) and the rest
// the configuration, see CompactConfiguration.swift. With ``exactMark`` in byte 7 the words of
// ExactConfiguration.swift follow, and the number of operations is not bounded.
//
// A release word (InputRelease.swift) and behind it a driver word (InputDriver.swift) may follow.
//
// Then comes one word an operation. Byte 0 is its code:
//
// - 0x00 to 0x1f: a compact operation, see CompactOperation.swift. Addresses are chosen relative to
//   the boundaries of the format and to earlier operations, so that random bytes meet.
// - 0xe1 to 0xff: an exact operation of kind code - 0xe0, with its addresses and lengths as the
//   words that follow, see ExactOperation.swift. Kinds that the layer lacks are compact.
// - 0xd1: a series of operations, see CompactSeries.swift, on a domain with a `dma` line.
// - all others are unassigned and read as the compact operation of their low 5 bits. New operations
//   take codes from here; what has a meaning of its own never changes it. `encode` writes none.
//
// The work that an operation asks for is bounded (WorkBudget.swift), except in an exact operation
// whose byte 7 is ``exactMark``, which is what `encode` writes.

/// The scenario that `bytes` stand for. Never fails.
public func decode(_ bytes: [UInt8]) -> Scenario {
  bytes.withUnsafeBufferPointer { decode($0) }
}

/// The scenario that `bytes` stand for, with the `domain` and `dma` lines of `head`, when given, in
/// place of its own. Never fails.
public func decode(_ bytes: UnsafeBufferPointer<UInt8>, head: Scenario? = nil) -> Scenario {
  var everything: Narrowing?
  return raised(bytes, head, &everything)!
}

/// The scenario that `bytes` stand for, fitted to the subjects in use; nil when it has to be left
/// out. The lines of `head` are taken as they are.
public func decode(
  _ bytes: UnsafeBufferPointer<UInt8>, head: Scenario? = nil, narrowing: inout Narrowing?
) -> Scenario? {
  raised(bytes, head, &narrowing)
}

private func raised(
  _ bytes: UnsafeBufferPointer<UInt8>, _ head: Scenario?, _ narrowing: inout Narrowing?
) -> Scenario? {
  var lowered = LoweredScenario()
  guard let configuration = decodeInput(bytes, head, &narrowing, into: &lowered) else {
    return nil
  }
  var scenario = Scenario(domain: configuration.domain, dma: configuration.dma)
  scenario.operations.reserveCapacity(lowered.count)
  for index in 0..<lowered.count {
    scenario.operations.append(Operation(lowered.operations[index]))
  }
  return scenario
}

/// Fills `scenario` with what `decode` makes of `bytes`, as subjects read it. Allocates only when
/// its buffers have to grow.
public func decodeLowered(
  _ bytes: UnsafeBufferPointer<UInt8>, head: Scenario? = nil,
  into scenario: inout LoweredScenario
) {
  var everything: Narrowing?
  _ = decodeInput(bytes, head, &everything, into: &scenario)
}

/// The same, fitted to the subjects in use; false when it has to be left out. Without a narrowing,
/// or with one that is idle, it costs nothing.
public func decodeLowered(
  _ bytes: UnsafeBufferPointer<UInt8>, head: Scenario? = nil, narrowing: inout Narrowing?,
  into scenario: inout LoweredScenario
) -> Bool {
  decodeInput(bytes, head, &narrowing, into: &scenario) != nil
}

/// Bytes that decode to exactly `scenario`, which must be one that text can hold.
public func encode(_ scenario: Scenario) -> [UInt8] {
  var output = InputWriter()
  output.append(scenario.domain, scenario.dma)
  for operation in scenario.operations { output.append(operation) }
  return output.bytes
}

/// In byte 7 of a word: take what follows exactly, without bounds on the work.
let exactMark: UInt64 = 0xe5

/// Operations of an input whose header does not carry ``exactMark``, where a series counts as
/// one: WorkBudget.swift bounds those.
let operationLimit = 512

private func decodeInput(
  _ bytes: UnsafeBufferPointer<UInt8>, _ head: Scenario?, _ narrowing: inout Narrowing?,
  into scenario: inout LoweredScenario
) -> InputConfiguration? {
  var input = InputWords(bytes)
  var configuration = InputConfiguration(&input)
  let narrows = narrowing.map { !$0.isIdle } ?? false
  if let head {
    (configuration.domain, configuration.dma) = (head.domain, head.dma)
  } else if narrows, !narrowing!.narrow(&configuration.domain, &configuration.dma) {
    return nil
  }
  scenario.removeAll()
  scenario.configuration =
    Scenario(domain: configuration.domain, dma: configuration.dma).loweredConfiguration
  scenario.driver = configuration.domain.driver
  var decoder = OperationDecoder(configuration)
  let limit = configuration.isExact ? Int.max : operationLimit
  // Operations beyond the first of each series.
  var further = 0
  while !input.isAtEnd, scenario.count - further < limit {
    let first = scenario.count
    decoder.decode(&input, into: &scenario)
    if narrows { scenario.narrow(from: first, &narrowing!) }
    further += max(scenario.count - first - 1, 0)
  }
  return configuration
}
