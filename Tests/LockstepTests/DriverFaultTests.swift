// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Hardware
import Log
import ScenarioLanguage
import SubjectABI
import Testing

@testable import Lockstep

/// Faults in drivers' commands are caught by the judge alone, in scenarios that a generator made. With
/// `DRIVER_FAULT_SEEDS=10` in the environment the figures of Documentation/drivers.md are printed.
@Suite struct DriverFaultTests {
  /// Scenarios after which a search gives up.
  private static let enough = 4000
  private static let seeds =
    ProcessInfo.processInfo.environment["DRIVER_FAULT_SEEDS"].flatMap(Int.init)

  @Test(arguments: DriverFault.all)
  func theJudgeCatchesItAlone(_ fault: DriverFault) throws {
    var executions: [Int] = []
    for seed in 0..<UInt64(Self.seeds ?? 2) {
      let found = try Self.search(fault, seed: seed)
      let property = try #require(found.danger?.property, "seed \(seed)")
      #expect([fault.caughtBy, fault.orBy].contains(property), "seed \(seed): \(found)")
      executions.append(found.scenarios)
    }
    guard Self.seeds != nil else { return }
    let sorted = executions.sorted()
    let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    print("| `\(fault.driver)` | \(fault.name) | `\(fault.caughtBy.rawValue)` | \(median) |")
  }

  /// What the same scenarios come to without a fault.
  @Test(arguments: ["riscv", "riscv-nl", "riscv-s", "amd+ats", "amd-np", "vtd-caching+mamv=3+ats"])
  func withoutAFaultNothingIsCaught(_ driver: String) throws {
    for fault in DriverFault.all where fault.driver == driver || driver.hasPrefix(fault.driver) {
      let sound = DriverFault(
        name: "none", kernel: fault.kernel, format: fault.format, driver: driver,
        caughtBy: fault.caughtBy, change: { call, send in send(call) })
      let found = try Self.search(sound, seed: 0, enough: 150)
      #expect(found.danger == nil, "\(found)")
    }
  }

  private static func search(
    _ fault: DriverFault, seed: UInt64, enough: Int = enough
  ) throws -> (danger: Danger?, scenarios: Int) {
    var generator = ScenarioGenerator(seed: seed, format: fault.format, kernel: fault.kernel)
    let oracle = FaultyDriverOracle(fault)
    let engine = Engine([Lane(.reference)], [oracle])
    engine.isThorough = false
    for number in 1...enough {
      engine.run(generator.next())
      if let danger = oracle.danger { return (danger, number) }
    }
    return (nil, enough + 1)
  }
}

/// The judge with a faulty driver; keeps what is new of what it says.
private final class FaultyDriverOracle: Oracle {
  let name = OracleName.hardware
  private(set) var danger: Danger?
  private let fault: DriverFault
  /// What commands, or their want, can break.
  private let judge = HardwareJudge([
    .tableUseAfterFree, .missingSync, .syncBeforeStore, .staleTranslation, .staleDirty,
    .notPresentCached, .iovaReuse,
  ])
  private var isOpen = false

  init(_ fault: DriverFault) { self.fault = fault }

  func begin(_ engine: Engine) -> Judgement {
    let lane = engine.lanes[0]
    let domain = DomainConfiguration(engine.configuration)
    isOpen = false
    guard lane.status == .done, let driver = try? fault.driver(for: domain),
      let info = lane.lane.records.lazy.compactMap(InfoRecord.init).first(where: { _ in true })
    else { return .nothing }
    isOpen = true
    return take(
      judge.begin(
        domain, info, hasLayer: engine.configuration.has_dma != 0, driver, lane.lane.records))
  }

  func judge(_ engine: Engine) -> Judgement {
    let lane = engine.lanes[0]
    guard isOpen, lane.status == .done, let operation = engine.operation else { return .nothing }
    return take(judge.judge(operation, lane.lane.records))
  }

  private func take(_ danger: Danger?) -> Judgement {
    guard let danger, danger.known == nil else { return .kept }
    self.danger = danger
    return .found(Fault("caught", .breach(subject: "reference", text: danger.text, lookup: nil)))
  }
}
