// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lab
import Lockstep
import ScenarioLanguage
import Testing

/// Runs one cell of a scenario that a test writes down.
enum LabFixture {
  static func cell(
    _ text: String, mode: String = "strict", driver: String = "riscv", policy: Policy = .generic,
    again: UInt64 = 1000, subject: String = "swift", reproduces: Bool = false,
    operations: Int? = nil
  ) throws -> GridCell {
    try withFolder { folder in
      let path = "\(folder)/case.iopt"
      var file = try FileOutput(path: path)
      var buffer = TextBuffer(capacity: text.utf8.count)
      buffer.append(text)
      try file.append(buffer.bytes)
      try file.commit()
      var options = CellOptions()
      options.again = again
      options.subject = subject
      options.operations = operations
      options.reproducers = reproduces ? folder : nil
      let grid = ComparisonGrid(
        workloads: [try LabWorkload(path)], policies: [policy],
        drivers: [try DriverChoice(parsing: driver)], modes: [try LabMode(parsing: mode)],
        options: options)
      return try grid.run()[0]
    }
  }

  static func withFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
    var template = Array("/tmp/lockstep-lab-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) }
    let folder = String(cString: try #require(made))
    defer {
      for name in try! names(in: folder) { unlink("\(folder)/\(name)") }
      rmdir(folder)
    }
    return try body(folder)
  }

  static func names(in folder: String) throws -> [String] {
    let stream = try #require(opendir(folder))
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// A small grid.
  static func grid(
    _ workloads: [String], policies: [Policy] = Policy.allCases, drivers: [String] = ["riscv"],
    modes: [String] = ["strict", "fq"], operations: Int = 600, seed: UInt64 = 1,
    sweep: ComparisonGrid.Sweep? = nil, reproducers: String? = nil, subject: String = "swift"
  ) throws -> ComparisonGrid {
    var options = CellOptions()
    options.operations = operations
    options.judged = min(operations, 600)
    options.seed = seed
    options.reproducers = reproducers
    options.subject = subject
    return ComparisonGrid(
      workloads: try workloads.map(LabWorkload.init), policies: policies,
      drivers: try drivers.map(DriverChoice.init(parsing:)),
      modes: try modes.map(LabMode.init(parsing:)), options: options, sweep: sweep)
  }
}
