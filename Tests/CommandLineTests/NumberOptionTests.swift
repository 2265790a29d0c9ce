// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// Numbers that options do not take: negative, huge, more than 64 bits. One line, status 2.
@Suite struct NumberOptionTests {
  private static let whole = ["-1", "9223372036854775808", "-9223372036854775809", "1e3", "x", ""]
  private static let two64 = "18446744073709551616"

  /// The verbs with their options, and what is refused beyond what no whole number is.
  static let options: [(verb: String, option: String, refused: [String])] = [
    ("generate", "--count", []), ("generate", "--operations", ["0", "10000001", "99999999999"]),
    ("sweep contract", "--count", ["0", "1000000001", "9223372036854775807"]),
    ("sweep contract", "--reports", []), ("sweep exhaustive", "--reports", []),
    ("sweep configurations", "--reports", []), ("sweep allocations x", "--reports", []),
    ("sweep exhaustive", "--depth", ["0", "17", "9223372036854775807"]),
    ("replay x", "--reports", []), ("diff x", "--reports", []), ("check x", "--reports", []),
  ]

  private func refuses(_ tool: Tool, _ option: String, _ number: String, _ help: String) {
    #expect(tool.status == 2, "\(option) \(number)")
    #expect(tool.output == "")
    let takes = tool.errors.hasPrefix("error: \(option) takes ")
    let isInvalid = tool.errors.hasPrefix("error: The value '\(number)' is invalid for '\(option)")
    let isMissing = number.isEmpty && tool.errors.hasPrefix("error: Missing value for '\(option)")
    #expect(takes || isInvalid || isMissing, "\(tool.errors)")
    #expect(tool.errors.hasSuffix(" (see \(help) --help)\n"), "\(tool.errors)")
    #expect(tool.errors.count { $0 == "\n" } == 1, "\(tool.errors)")
  }

  private func refuse(_ verb: String, _ option: String, _ numbers: [String]) throws {
    let words = verb.split(separator: " ").map(String.init)
    let help = "iopt " + words.filter { $0 != "x" }.joined(separator: " ")
    for number in numbers {
      refuses(try Tool.iopt(words + [option, number]), option, number, help)
      refuses(try Tool.iopt(words + ["\(option)=\(number)"]), option, number, help)
    }
  }

  @Test(arguments: options)
  func aLineSaysWhatIsTaken(_ verb: String, _ option: String, _ refused: [String]) throws {
    try refuse(verb, option, Self.whole + refused)
  }

  @Test func numbersWithoutASignAndNumbersOfSeconds() throws {
    try refuse("generate", "--seed", ["-1", Self.two64, "x"])
    try refuse("sweep contract", "--seed", ["-1", Self.two64, "x"])
    try refuse("sweep allocations x", "--failures", ["-1", "0", Self.two64, "x"])
    try refuse("sweep exhaustive", "--deep", ["-1", "0", "1e300", "nan", "inf", "x"])
  }

  @Test func theBenchmark() throws {
    for option in ["--batches", "--count-passes"] {
      for number in Self.whole + ["0", "10000001"] {
        refuses(
          try Tool.run(Tool.product("iopt-bench"), [option, number]), option, number, "iopt-bench")
      }
    }
    let tool = try Tool.run(Tool.product("iopt-bench"), ["--corpus", "README.md"])
    #expect(tool.status == 2)
    #expect(tool.errors == "README.md: error: expected a folder\n")
  }

  /// One from before these checks would start a thousand jobs.
  private static let isUpToDate = BuiltFuzzer.isUpToDate(["Fuzz/Driver"])

  @Test(.enabled(if: isUpToDate, "\(BuiltFuzzer.comment)"))
  func theFuzzer() throws {
    let refused = [
      "--seconds": ["2147483648", "4294967297"], "--jobs": ["0", "99999999999"],
      "--shrink-seconds": ["2147483648"],
    ]
    for (option, numbers) in refused {
      for number in Self.whole + numbers {
        refuses(try Tool.run(BuiltFuzzer.path, [option, number]), option, number, "iopt-fuzz")
      }
    }
    let tool = try Tool.run(BuiltFuzzer.path, ["--corpus", "README.md", "--", "-runs=1"])
    #expect(tool.status == 2)
    #expect(tool.errors.hasPrefix("error: 'README.md': cannot create: "))
    #expect(tool.errors.count { $0 == "\n" } == 1, "\(tool.errors)")
  }
}
