// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Every workload on every policy behind every driver in every mode, and with a sweep at every value of
/// one parameter.
public struct ComparisonGrid: Sendable {
  /// A parameter that runs along.
  public struct Sweep: Equatable, Sendable {
    /// Of a workload, or one of ``ComparisonGrid/queueParameters``.
    public var parameter: String
    /// In the order in which they are run.
    public var values: [UInt64]

    /// A parameter of a workload or of the queue, at these values.
    public init(parameter: String, values: [UInt64]) {
      (self.parameter, self.values) = (parameter, values)
    }
  }

  /// What is run.
  public var workloads: [LabWorkload]
  /// Each of them on each of these,
  public var policies: [Policy]
  /// behind each of these,
  public var drivers: [DriverChoice]
  /// in each of these.
  public var modes: [LabMode]
  /// How each is run.
  public var options: CellOptions
  /// nil: every parameter stays.
  public var sweep: Sweep?
  /// Cells that run at the same time.
  public var threads = 2

  /// A grid of these.
  public init(
    workloads: [LabWorkload], policies: [Policy], drivers: [DriverChoice], modes: [LabMode],
    options: CellOptions, sweep: Sweep? = nil
  ) {
    (self.workloads, self.policies, self.drivers, self.modes) = (
      workloads, policies, drivers, modes
    )
    (self.options, self.sweep) = (options, sweep)
  }

  /// Parameters of the queue, which every workload has besides its own.
  public static let queueParameters = ["queue-size", "queue-timeout"]

  /// How many cells there are.
  public var count: Int {
    workloads.count * policies.count * drivers.count * modes.count * (sweep?.values.count ?? 1)
  }

  /// Cells in the order of workloads, drivers, values of the sweep, modes and policies.
  private func tasks() throws -> [CellRun] {
    try checkQueue()
    var tasks: [CellRun] = []
    for workload in workloads {
      for driver in drivers {
        for value in sweep.map({ $0.values.map(Optional.some) }) ?? [nil] {
          for mode in modes {
            let (workload, mode) = try at(value, workload, mode)
            for policy in policies {
              var run = CellRun(
                workload: workload, policy: policy, driver: driver, mode: mode, options: options)
              if let sweep, let value { run.parameter = (sweep.parameter, value) }
              tasks.append(run)
            }
          }
        }
      }
    }
    return tasks
  }

  /// A parameter of the queue changes nothing where there is none.
  private func checkQueue() throws(LabError) {
    guard let name = sweep?.parameter, Self.queueParameters.contains(name),
      !modes.contains(where: { $0.queue != nil })
    else { return }
    throw LabError("--sweep '\(name)': expected a mode with a queue: fq or fq-single")
  }

  private func at(
    _ value: UInt64?, _ workload: LabWorkload, _ mode: LabMode
  ) throws -> (LabWorkload, LabMode) {
    guard let value, let name = sweep?.parameter else { return (workload, mode) }
    switch name {
    case "queue-size":
      guard (2...65536).contains(value), value & (value - 1) == 0 else {
        throw LabError("queue-size=\(value): expected a power of two, 2 to 65536")
      }
      return (workload, mode.with(ringSize: UInt32(value), timeout: nil))
    case "queue-timeout": return (workload, mode.with(ringSize: nil, timeout: value))
    default:
      var workload = workload
      guard try workload.set(name, value) else {
        let names = workload.parameters.map(\.name) + Self.queueParameters
        throw LabError(
          "--sweep '\(name)': \(workload.name) has \(names.joined(separator: ", "))")
      }
      return (workload, mode)
    }
  }

  private final class Results: @unchecked Sendable {
    /// Each is written by the one thread that has its number.
    let cells: UnsafeMutablePointer<Result<GridCell, any Error>?>
    private let count: Int

    init(_ count: Int) {
      self.count = count
      cells = .allocate(capacity: count)
      cells.initialize(repeating: nil, count: count)
    }

    deinit {
      cells.deinitialize(count: count)
      cells.deallocate()
    }
  }

  /// Runs all cells, on several threads; they come in the same order, and are the same, each time.
  /// `onCell` is called now and then, on any thread.
  public func run(onCell: @escaping @Sendable () -> Void = {}) throws -> [GridCell] {
    try run(try tasks(), onCell)
  }

  /// The same, and then the instructions of unmaps are counted; says why not, where they could not be.
  public func runCountingInstructions() throws -> (cells: [GridCell], reason: String?) {
    let tasks = try tasks()
    var cells = try run(tasks) {}
    let reason = try UnmapInstructions.count(&cells, tasks, threads: threads)
    return (cells, reason)
  }

  private func run(
    _ tasks: [CellRun], _ onCell: @escaping @Sendable () -> Void
  ) throws -> [GridCell] {
    let results = Results(tasks.count)
    Workers.run(tasks.count, threads: threads) { index in
      results.cells[index] = Result { try tasks[index].run() }
      onCell()
    }
    return try (0..<tasks.count).map { try results.cells[$0]!.get() }
  }
}
