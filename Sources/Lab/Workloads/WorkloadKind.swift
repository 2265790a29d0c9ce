// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// The workloads that are made; what each stands for, Documentation/workloads says.
public enum WorkloadKind: String, CaseIterable, Sendable {
  case nvme
  case netReceive = "net-rx"
  case netTransmit = "net-tx"
  case memoryRegions = "gpu-mr"
  case vfio
  case mixed

  /// All names, for a reader.
  public static let list = allCases.map(\.rawValue).joined(separator: ", ")

  /// Whether it goes through the DMA layer; else it drives the page table, as VFIO does.
  public var usesLayer: Bool { self != .vfio }

  /// Operations of a run where nobody says: about as much work for each.
  public var usualOperations: Int {
    switch self {
    case .nvme, .netReceive, .netTransmit, .vfio: 100_000
    case .memoryRegions: 2_000
    case .mixed: 50_000
    }
  }

  /// Its parameters, with what they are where nobody says.
  public var parameters: [WorkloadParameter] {
    switch self {
    case .nvme: StorageWorkload.parameters
    case .netReceive: ReceiveWorkload.parameters
    case .netTransmit: TransmitWorkload.parameters
    case .memoryRegions: RegionWorkload.parameters
    case .vfio: GuestWorkload.parameters
    case .mixed: MixedWorkload.parameters
    }
  }

  /// What is wrong with values of which each alone is in its range; nil: nothing.
  func fault(_ values: WorkloadValues) -> String? {
    switch self {
    case .mixed where MixedWorkload.weighsNothing(values):
      "\(rawValue): expected a weight above 0 for one of its workloads"
    case .vfio where values["block"] > values["memory"]:
      "\(rawValue): block=\(values["block"]): expected at most memory, \(values["memory"])"
    default: nil
    }
  }

  /// The workload with these parameters, from the beginning.
  public func make(_ values: WorkloadValues, seed: UInt64) -> any Workload {
    let random = SeededRandom(seed: seed)
    switch self {
    case .nvme: return StorageWorkload(values, random)
    case .netReceive: return ReceiveWorkload(values, random)
    case .netTransmit: return TransmitWorkload(values, random)
    case .memoryRegions: return RegionWorkload(values, random)
    case .vfio: return GuestWorkload(values, random)
    case .mixed: return MixedWorkload(values, random)
    }
  }
}
