// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Import
import ScenarioLanguage

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make scenarios of a trace from a live system.",
    discussion: """
      Reads what trace-cmd report, perf script and tracefs print of the events iommu:* and dma:*, \
      and the dynamic-debug lines of the IOMMU core, of kernels from 5.15 on, plain or gzip, mails \
      with wrapped and quoted lines included. Prints a scenario for each address space. What the \
      trace does not tell is counted on standard error. With --dump: the table's pages become maps, \
      which are run, so that what they build can be held against the dump. Exit status: 0 something \
      was imported, 1 a dumped table breaks the format's rules or is built otherwise by us, 2 bad \
      input or usage, 3 events, but no operation among them.

      Example: iopt import trace.txt --like intel -o trace.iopt

      Example: iopt import --dump /sys/kernel/debug/iommu/intel/0000:00:02.0/domain_translation_struct
      """)

  @Argument(help: ArgumentHelp("Traces, in their order; - is standard input.", valueName: "file"))
  var files: [String]

  @OptionGroup var source: TraceOptions

  @Flag(help: "Keep physical addresses as they are; else they get other names, aligned alike.")
  var keepAddresses = false

  @Flag(help: "Write names of devices in comments.")
  var names = false

  @Option(
    help: ArgumentHelp("Protection of iommu:map, which does not tell it.", valueName: "rwcnmp"))
  var prot = "rw"

  @Flag(
    inversion: .prefixedNo,
    help: "Run what was imported, to hold the trace's DMA addresses against our allocator's.")
  var addresses = true

  @Flag(help: "Read one dump of Intel's debugfs domain_translation_struct instead of a trace.")
  var dump = false

  @Flag(inversion: .prefixedNo, help: "With --dump: print each entry, taken apart, in a comment.")
  var decode = true

  @OptionGroup var output: TextOutput

  func validate() throws {
    if protection == nil { throw ValidationError("--prot takes letters of rwcnmp, each once") }
    if dump, files.count != 1 { throw ValidationError("--dump takes one file") }
  }

  private var protection: Protection? {
    var result: Protection = []
    for letter in prot where prot != "-" {
      guard let bit = Array("\(Protection.letters)").firstIndex(of: letter) else { return nil }
      let flag = Protection(rawValue: 1 << UInt32(bit))
      if result.contains(flag) { return nil }
      result.insert(flag)
    }
    return result
  }

  func run() throws {
    var options = try source.options()
    if dump { return try runDump(options) }
    options.keepsAddresses = keepAddresses
    options.showsNames = names
    options.protection = protection!
    let trace = TraceImport(options, complain: source.complaints())
    for file in files { try trace.read(try ByteInput(path: file)) }
    try trace.finish()
    try source.refuse(trace, files)
    let spaces = trace.spaces()
    let comparison = addresses ? AddressComparison() : nil
    if !spaces.isEmpty {
      try output.whileOpen { (drain) in
        try trace.write(drain) { comparison?.take($0, $1, $2) }
      }
    }
    comparison?.finish()
    for line in trace.summary + (comparison?.lines ?? []) + source.remarks(spaces) {
      writeError("\(line.printable)\n")
    }
    if spaces.isEmpty {
      writeError("nothing to import: no event of a mapping was left\n")
      throw nothingJudged
    }
  }
}

// Dumps.
extension ImportCommand {
  private func runDump(_ options: ImportOptions) throws {
    let dump = DumpImport(
      domain: options.domain, kernel: options.kernel, decodes: decode,
      complain: source.complaints())
    if let domain = options.domain, ![Format.vtdss, .x8664].contains(domain.format) {
      throw ValidationError("--dump takes a --domain of format vtdss or x86_64")
    }
    let comparison = DumpComparison()
    try output.whileOpen { (drain) in
      try dump.read(ByteInput(path: files[0]), drain) { comparison.take($0, $1, $2) }
      if dump.tables.isEmpty, dump.malformed > 0 || dump.otherLines > 0 {
        throw ScenarioError(
          file: files[0], position: .file,
          message: "expected a dump (lines of IOVA_PFN, | and entries), found no page in it")
      }
    }
    comparison.finish()
    for table in dump.tables {
      writeError("table from line \(table.line): \(table.tally.text)\n")
      writeError("taken as \(table.domain.text)\n")
    }
    if dump.repeated > 0 {
      writeError("\(dump.repeated) devices share a table that was dumped before\n")
    }
    if dump.malformed > 0 { writeError("\(dump.malformed) malformed lines, left out\n") }
    let breaches = dump.tables.reduce(0) { $0 + $1.tally.breaches }
    for breach in dump.breaches { writeError("\(breach)\n") }
    if breaches > dump.breaches.count {
      writeError("\(breaches) breaches of the format's rules in all\n")
    }
    for line in comparison.lines { writeError("\(line)\n") }
    if dump.tables.isEmpty { throw nothingJudged }
    if breaches > 0 || comparison.different > 0 { throw somethingDiffers }
  }
}
