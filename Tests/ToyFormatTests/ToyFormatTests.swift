// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// "A new page-table format is one file on each side and a line in two tables", and the same for
/// the harness: a fifth format is added that way to a copy of the package, built and run.
@Suite(.serialized) struct ToyFormatTests {
  private static let tables = [
    StagedPackage.TableLine(
      file: "Sources/Scenario/Formats/FormatTable.swift", line: "  Toy.self,",
      after: "  X8664.self,"),
    StagedPackage.TableLine(
      file: "Sources/PageTable/FormatTable.swift",
      line: "    case Toy.number: visitor.visit(Toy.self, &target)",
      after: "    case X8664.number: visitor.visit(X8664.self, &target)"),
    StagedPackage.TableLine(
      file: "reference/fmt/formats.h", line: "\tFORMAT(4, toy)                         \\",
      after: "\tFORMAT(IOPT_FORMAT_VTDSS, vtdss)       \\"),
  ]
  private static let files = [
    "Sources/PageTable/Toy.swift", "Sources/Scenario/Formats/Toy.swift", "reference/fmt/toy.c",
  ]

  @Test func aFormatIsOneFileASideAndOneLineInEachTable() throws {
    let package = try StagedPackage(adding: Self.tables)
    defer { package.remove() }
    #expect(package.addedFiles() == Self.files)
    let lines = Self.tables.map { "\($0.file): +\($0.line)" }.sorted()
    #expect(try package.changedLines() == lines && lines.count == Self.files.count)
  }

  @Test func aFifthFormatIsWholeWithThem() throws {
    let package = try StagedPackage(adding: Self.tables)
    defer { package.remove() }
    let start = ContinuousClock.now
    print("toy format: building a copy of the package with it in \(package.folder.path)")
    let build = try package.build()
    try #require(build.status == 0, "\(build.output)\n\(build.errors)")
    print("toy format: built in \((ContinuousClock.now - start).components.seconds) s")
    for step in [isNamed, bothSidesAgree, isSwept, survivesTheByteForm, isReadInReports] {
      try step(package)
    }
    print("toy format: done after \((ContinuousClock.now - start).components.seconds) s")
  }

  private func isNamed(_ package: StagedPackage) throws {
    try package.write("iopt 1\ndomain format=toys\n", to: "wrong.iopt")
    let result = try package.iopt("diff", "wrong.iopt")
    #expect(result.status == 2)
    #expect(result.errors.contains("expected a format: riscv_64, amdv1, vtdss, x86_64 or toy"))
    print("toy format: named in an error message")
  }

  /// Generated scenarios of both layers: what is compared is said, and that some of it maps pages.
  private func bothSidesAgree(_ package: StagedPackage) throws {
    for layer in ["pt", "dma"] {
      let file = "\(layer).iopt"
      let generated = try package.iopt(
        "generate", "--format", "toy", "--layer", layer, "--count", "200", "-o", file)
      #expect(generated.status == 0, "\(generated.errors)")
      let text = String(decoding: try package.read(file), as: UTF8.self)
      #expect(text.count(of: "domain format=toy ") == 200)
      #expect(text.count(of: "domain format=") == 200)
      let result = try package.iopt("diff", file)
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      #expect(
        result.output.contains("200 scenarios, ") && result.output.contains("no difference"),
        "\(result.output)")
      let trace = try package.iopt("record", "--subject", "reference", file)
      #expect(trace.output.count(of: "= pte ") > 200)
      print("toy format: \(layer): \(result.output)", terminator: "")
    }
  }

  private func isSwept(_ package: StagedPackage) throws {
    for (name, arguments, expected) in [
      ("exhaustive", ["--depth", "2"], "on 2 configurations, all of up to 2 operations"),
      ("configurations", [], " accepted: no difference"),
    ] {
      let result = try package.iopt(["sweep", name, "--format", "toy"] + arguments)
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      #expect(result.output.contains(expected), "\(result.output)")
      #expect(!result.output.contains(" 0 accepted"))
      print("toy format: sweep \(name): \(result.output)", terminator: "")
    }
  }

  /// Text to bytes and back; and the compact form, where four bits that meant nothing name it.
  private func survivesTheByteForm(_ package: StagedPackage) throws {
    let text = """
      iopt 1
      domain format=toy va=39 oa=52 features=flush_range build=debug
      map 0x1000 0x5000 0x1000 rw
      unmap 0x1000 0x1000

      """
    try package.write(text, to: "one.iopt")
    #expect(try package.iopt("encode", "one.iopt", "-o", "one.bin").status == 0)
    #expect(try package.iopt("show", "one.bin").output.hasSuffix(text.dropFirst(7)))
    for (further, format) in [(0, "riscv_64"), (1, "toy"), (2, "riscv_64"), (15, "riscv_64")] {
      try package.write([1, 0, 0, 0, 0, 0, 0, UInt8(further)], to: "compact.bin")
      let shown = try package.iopt("show", "compact.bin").output
      #expect(shown.contains("domain format=\(format) "), "\(further): \(shown)")
    }
    print("toy format: encoded, decoded")
  }

  /// A falsified trace: the report takes the words of the toy apart.
  private func isReadInReports(_ package: StagedPackage) throws {
    let trace = try package.iopt("record", "--subject", "swift", "one.iopt").output
    let word = "0..0 0x800001001 "
    #expect(trace.contains(word), "\(trace)")
    try package.write(
      trace.replacingOccurrences(of: word, with: "0..0 0x800001003 "), to: "wrong.iopt")
    let result = try package.iopt("replay", "wrong.iopt")
    #expect(result.status == 1)
    for line in [
      "# level 2, iova 0x0 to 0x3fffffff: leaf oa=0x800001000 PAGE\n",
      "# level 2, iova 0x0 to 0x3fffffff: table pa=0x800001000\n",
      "# level 0, iova 0x1000 to 0x1fff: leaf oa=0x5000 PAGE RD WR\n",
    ] {
      #expect(result.output.contains(line), "\(result.output)")
    }
    print("toy format: read in a report")
  }
}

extension String {
  fileprivate func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
