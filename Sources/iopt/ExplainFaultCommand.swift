// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Import
import ScenarioLanguage

struct ExplainFaultCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain-fault",
    abstract: "Say what a trace tells about its I/O page faults.",
    discussion: """
      For each io_page_fault of a trace (iopt import says which are read): what was mapped at the \
      address, when, by whom, how large; when it was unmapped, and how long before; what lies \
      beside it; whether a flush queue may have held it; and which kinds of cause that leaves. The \
      queue's timeout is --dma's or --like's. Exit status: 0 something was explained, 2 bad input \
      or usage, 3 the trace has no fault.

      Example: iopt explain-fault trace.txt --iova 0xfffff000
      """)

  @Argument(help: ArgumentHelp("Traces, in their order; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Explain this address, as it is at the trace's end, instead of its faults.",
      valueName: "address"))
  var iova: AddressArgument?

  @OptionGroup var source: TraceOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var options = try source.options()
    options.keepsAddresses = true
    let explainer = FaultExplainer(
      options, address: iova?.value, complain: source.complaints())
    for file in files { try explainer.read(try ByteInput(path: file)) }
    try explainer.finish()
    try source.refuse(explainer.source, files)
    if json {
      try printJSON(explainer.faults)
    } else {
      for fault in explainer.faults { print(fault.text.printableText) }
    }
    for line in explainer.source.summary { writeError("\(line.printable)\n") }
    if let assumed = source.assumedQueue, !explainer.faults.isEmpty { writeError("\(assumed)\n") }
    if explainer.further > 0 {
      writeError("\(explainer.further) further faults not explained\n")
    }
    if explainer.faults.isEmpty {
      writeError("no io_page_fault in the trace; --iova asks for an address\n")
      throw nothingJudged
    }
  }
}

/// `--iova X`: decimal, or hexadecimal after `0x`.
struct AddressArgument: ExpressibleByArgument {
  let value: UInt64

  init?(argument: String) {
    let isHex = argument.hasPrefix("0x") || argument.hasPrefix("0X")
    guard let value = isHex ? UInt64(argument.dropFirst(2), radix: 16) : UInt64(argument) else {
      return nil
    }
    self.value = value
  }
}

extension String {
  /// Several lines, of each of which what cannot be shown is replaced.
  var printableText: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
      .joined(separator: "\n")
  }
}
