// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Import
import ScenarioLanguage

/// What is said about a trace: its machine, and which of its events are meant.
struct TraceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The domain line of the scenarios, instead of --like's.", valueName: "line"))
  var domain: String?

  @Option(help: ArgumentHelp("The dma line of the scenarios.", valueName: "line"))
  var dma: String?

  @Option(help: "The usual configuration of a driver: amd, intel or riscv. Default: amd.")
  var like: UsualConfiguration?

  @Option(help: ArgumentHelp("The release that is meant: 7.1, 7.2 or 7.3.", valueName: "release"))
  var kernel = KernelArgument(kernel: .linux7_3)

  @Option(help: "Take events of tasks of this name alone.")
  var comm: String?

  @Option(help: "Take events of this device alone, and of the tasks that attached it.")
  var device: String?

  @Option(help: "Take events on this CPU alone.")
  var cpu: Int32?

  func options() throws -> ImportOptions {
    var options = ImportOptions()
    options.filter = ImportFilter(comm: comm, device: device, cpu: cpu)
    options.like = like ?? .amd
    options.kernel = kernel.kernel
    if domain != nil || dma != nil {
      let lines = try parsed()
      if domain != nil { options.domain = lines.domain }
      if dma != nil { options.dma = lines.dma }
    }
    return options
  }

  /// The lines as a scenario has them.
  private func parsed() throws -> Scenario {
    func line(_ word: String, _ text: String) -> String {
      text.hasPrefix("\(word) ") ? text : "\(word) \(text)"
    }
    var domainLine = line("domain", domain ?? (like ?? .amd).domain(kernel.kernel).text)
    if !domainLine.contains(" kernel=") {
      // The release stands behind the format.
      var words = domainLine.split(separator: " ").map(String.init)
      words.insert("kernel=\(kernel.kernel.name)", at: min(2, words.count))
      domainLine = words.joined(separator: " ")
    }
    let text = "iopt 2\n\(domainLine)\n" + (dma.map { line("dma", $0) + "\n" } ?? "")
    return try readScenarios(bytes: Array(text.utf8), name: "--domain and --dma")[0].scenario
  }

  /// Prints lines that cannot be read, the first of them.
  func complaints() -> (ScenarioError) -> Void {
    var count = 0
    return { error in
      count += 1
      if count <= 20 { writeError("\(error)\n") }
      if count == 21 { writeError("further malformed lines are counted only\n") }
    }
  }

  /// Refuses what is no trace at all.
  func refuse(_ trace: TraceImport, _ files: [String]) throws {
    let lines = trace.lines
    guard lines.events == 0, lines.otherEvents == 0, lines.lostMarks == 0, lines.malformed == 0
    else { return }
    throw ScenarioError(
      file: files.count == 1 ? files[0] : files.joined(separator: ", "),
      position: .file,
      message: "expected a trace (trace-cmd report, perf script, tracefs or dynamic debug), found"
        + " \(lines.lines) lines without an event")
  }

  /// What was taken for granted.
  /// What is assumed of a flush queue where nothing was said; nil where something was.
  var assumedQueue: String? {
    dma == nil && like == nil
      ? "neither --dma nor --like: taken as --like amd, a flush queue with a timeout of 10 ms" : nil
  }

  func remarks(_ spaces: [ImportedSpace]) -> [String] {
    var said: [String] = []
    if domain == nil, like == nil, !spaces.isEmpty {
      said.append("neither --domain nor --like: taken as --like amd, kernel \(kernel.kernel.name)")
    }
    for space in spaces where space.domain.va < 64 {
      // Sign-extended addresses have all ones above.
      let top = space.highest >> UInt64(space.domain.va)
      if top != 0, top != UInt64.max >> UInt64(space.domain.va) {
        said.append(
          "address 0x\(String(space.highest, radix: 16)) of the space from line \(space.line) lies"
            + " outside va=\(space.domain.va)")
      }
    }
    return said
  }
}

extension UsualConfiguration: ExpressibleByArgument {}
