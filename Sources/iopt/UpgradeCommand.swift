// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import ScenarioLanguage

struct Upgrade: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print scenarios of the language's version 1 as version 2.",
    discussion: """
      Names the kernel's release on each domain line, drops observations and comments, and adds \
      detailed_gather where riscv_64's production build insists on it. What the scenarios come \
      to may change: record them again.

      Example: iopt upgrade case.iopt --kernel 7.3 -o case-7.3.iopt
      """)

  @Argument(help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(help: ArgumentHelp("The release that is meant: 7.1, 7.2 or 7.3.", valueName: "release"))
  var kernel = KernelArgument(kernel: .linux7_3)

  @OptionGroup var output: TextOutput

  func run() throws {
    var count = 0
    try output.whileOpen { (drain) in
      var text = TextBuffer()
      for file in files {
        for located in try readScenarios(path: file) {
          guard let scenario = located.scenario.upgraded(to: kernel.kernel) else {
            throw ScenarioError(
              file: file, position: .text(line: located.line, column: 1),
              message: "expected a scenario in version 1 of the language, found one in version 2")
          }
          text.append(scenario)
          count += 1
        }
      }
      try drain(&text)
    }
    writeError(
      "\(count) scenarios upgraded to kernel=\(kernel.kernel.name); their outcomes may change\n")
  }
}

/// `--kernel K`.
struct KernelArgument: ExpressibleByArgument {
  let kernel: Kernel

  init(kernel: Kernel) { self.kernel = kernel }

  init?(argument: String) {
    guard let kernel = Kernel.allCases.first(where: { "\($0.name)" == argument }) else {
      return nil
    }
    self.kernel = kernel
  }

  var defaultValueDescription: String { "\(kernel.name)" }

  static var allValueStrings: [String] { Kernel.allCases.map { "\($0.name)" } }
}
