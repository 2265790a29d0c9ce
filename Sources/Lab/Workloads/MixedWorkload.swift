// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Several drivers behind one domain, as functions of one device have it: Documentation/workloads/mixed.md.
final class MixedWorkload: Workload {
  static let parameters = [
    WorkloadParameter("nvme", 40, 0...1000, "weight of nvme"),
    WorkloadParameter("net-rx", 20, 0...1000, "weight of net-rx"),
    WorkloadParameter("net-tx", 39, 0...1000, "weight of net-tx"),
    WorkloadParameter("gpu-mr", 1, 0...1000, "weight of gpu-mr"),
    WorkloadParameter("region", 4096, 4...1_048_576, "KiB of a region of gpu-mr"),
    WorkloadParameter("recycle", 90, 0...100, "percent of net-rx's pages that come back mapped"),
    WorkloadParameter("cpus", 4, 1...64, "CPUs"),
    WorkloadParameter("rate", 400, 1...1_000_000, "steps of any of them a millisecond"),
  ]

  private let storage: StorageWorkload
  private let receive: ReceiveWorkload
  private let transmit: TransmitWorkload
  private let regions: RegionWorkload
  private let weights: (Int, Int, Int, Int)
  private var random: SeededRandom
  private var pace: Pace

  /// Each has a quarter of the handles, and no clock of its own.
  init(_ values: WorkloadValues, _ random: SeededRandom) {
    var random = random
    func of(_ parameters: [WorkloadParameter]) -> WorkloadValues {
      var own = WorkloadValues(parameters)
      own["cpus"] = values["cpus"]
      own["rate"] = .max
      return own
    }
    var ring = of(ReceiveWorkload.parameters)
    ring["ring"] = min(1024, 16384 / values["cpus"])
    ring["recycle"] = values["recycle"]
    var region = of(RegionWorkload.parameters)
    region["region"] = values["region"]
    storage = StorageWorkload(of(StorageWorkload.parameters), SeededRandom(seed: random.next()))
    receive = ReceiveWorkload(ring, SeededRandom(seed: random.next()), firstHandle: 16384)
    transmit = TransmitWorkload(
      of(TransmitWorkload.parameters), SeededRandom(seed: random.next()), firstHandle: 32768)
    regions = RegionWorkload(region, SeededRandom(seed: random.next()), firstHandle: 49152)
    weights = (
      values.int("nvme"), values.int("net-rx"), values.int("net-tx"), values.int("gpu-mr")
    )
    self.random = random
    pace = Pace(values["rate"])
  }

  /// Whether no workload of it has a weight.
  static func weighsNothing(_ values: WorkloadValues) -> Bool {
    ["nvme", "net-rx", "net-tx", "gpu-mr"].allSatisfy { values[$0] == 0 }
  }

  func step(_ out: inout LoweredScenario) {
    let sum = weights.0 + weights.1 + weights.2 + weights.3
    let choice = random.below(sum)
    if choice < weights.0 {
      storage.step(&out)
    } else if choice < weights.0 + weights.1 {
      receive.step(&out)
    } else if choice < weights.0 + weights.1 + weights.2 {
      transmit.step(&out)
    } else {
      regions.step(&out)
    }
    pace.count(&out)
  }
}
