// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

/// Inputs that do many different things, named by their content.
func randomInputs(seed: UInt64, count: Int) -> [CorpusInput] {
  var random = SplitMix(state: seed)
  return (0..<count).map { _ in
    let operations = (0..<16).map { _ in randomOperation(&random) }
    let format: Format = Bool.random(using: &random) ? .vtdss : .x8664
    let domain = DomainConfiguration(
      format: format, va: 48, oa: 52, features: .flushRange, top: 3,
      build: Bool.random(using: &random) ? .debug : .production,
      gather: GatherRevision.allCases.randomElement(using: &random))
    return named(encode(Scenario(domain: domain, operations: operations)))
  }
}

private func randomOperation(_ random: inout SplitMix) -> Operation {
  let iova = UInt64.random(in: 0..<64, using: &random) << 15
  let length = UInt64(1) << UInt64.random(in: 12...21, using: &random)
  let gather = UInt8.random(in: 0...3, using: &random)
  switch Int.random(in: 0..<7, using: &random) {
  case 0, 1: return .map(iova: iova, pa: iova, length: length, prot: [.read, .write])
  case 2: return .unmap(iova: iova, length: length)
  case 3: return .unmapFast(gather: gather, iova: iova, length: length)
  case 4: return .gather(gather, queued: .random(using: &random))
  case 5: return .flush(gather: gather)
  default: return .iovaToPhys(iova: iova)
  }
}

/// SplitMix64: equal seeds give equal inputs.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
