// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// Turns the words after the header into operations, one after the other.
struct OperationDecoder {
  let form: InputForm
  let cpus: UInt64
  /// Bits of a physical address that the domain can hold, as a mask.
  let outputMask: UInt64
  var landmarks: Landmarks
  var budget: WorkBudget
  /// By handle.
  var ranges = InlineArray<16, RecentRange>(repeating: RecentRange())

  init(_ configuration: InputConfiguration) {
    form = InputForm(
      hasDMA: configuration.dma != nil, version: configuration.domain.version)
    cpus = UInt64(configuration.dma?.cpus ?? 1)
    outputMask = (1 << UInt64(configuration.domain.oa)) &- 1
    landmarks = Landmarks(configuration.domain, configuration.dma)
    budget = WorkBudget(configuration.domain)
  }

  /// Appends the operation that starts at `input`'s place, or all those of a series.
  mutating func decode(_ input: inout InputWords, into scenario: inout LoweredScenario) {
    let word = input.next()
    if let kind = ExactCode.kind(word, form) {
      decodeExact(kind, word, &input, into: &scenario)
    } else if let series = CompactSeries(word, form) {
      decodeSeries(series, into: &scenario)
    } else {
      decodeCompact(word, into: &scenario)
    }
  }

  func blank(_ kind: iopt_op_kind) -> iopt_op {
    var op = iopt_op()
    op.size = UInt32(MemoryLayout<iopt_op>.size)
    op.kind = UInt32(kind.rawValue)
    return op
  }
}
