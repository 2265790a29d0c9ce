// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A file of KUnit cases in the making: one case a scenario, for a kernel tree's
/// `drivers/iommu/generic_pt`.
public struct KUnitSuite {
  /// What the file is called, for its comment and its suites' names.
  private let name: String
  private let command: String
  private let expectation: KUnitExpectation
  private var cases: [KUnitCase] = []
  private var names: Set<String> = []

  /// How many cases there are so far.
  public var count: Int { cases.count }

  /// The formats of which there are cases, by number.
  public var formats: [Format] {
    Set(cases.map(\.domain.format)).sorted { $0.rawValue < $1.rawValue }
  }

  /// `name` is the file's, without a folder; `command` is what writes it.
  public init(name: String, command: String, expectation: KUnitExpectation) {
    self.name = name
    self.command = command
    self.expectation = expectation
  }

  /// Adds a case for a scenario. `own` is what was seen in the build that it names, `other` in the
  /// other one, nil where that is not known: a case that only one of them passes is skipped in the
  /// other.
  public mutating func add(
    _ source: SourceScenario, own: ObservedScenario, other: ObservedScenario?
  ) throws(KUnitRefusal) {
    if let refusal = source.refusal(of: own) { throw refusal }
    let file = source.file.split(separator: "/").last.map(String.init) ?? source.file
    let stem = CText.name(String(file.split(separator: ".").first ?? "scenario"))
    let place = "\(file):\(source.line), Linux \((own.domain.kernel ?? .linux7_1).name)"
    guard var made = makeCase(own, name: stem, place: place) else {
      throw KUnitRefusal(
        file: source.file, line: source.line,
        reason: "the domain does not open, and the contract says nothing of that")
    }
    // A warning or a crash there is a difference as well.
    let isAlike = other.map { observed in
      source.refusal(of: observed) == nil
        && makeCase(observed, name: stem, place: place)?.body == made.body
    }
    if isAlike != true {
      let isDebug = own.domain.build == .debug
      made.body.insert(
        .skipIf(
          (isDebug ? "!" : "") + "IS_ENABLED(CONFIG_DEBUG_GENERIC_PT)",
          "needs CONFIG_DEBUG_GENERIC_PT=\(isDebug ? "y" : "n")"),
        at: 0)
    }
    made.name = unusedName("\(stem.isEmpty ? "scenario" : stem)_\(source.line)")
    cases.append(made)
  }

  private func makeCase(
    _ observed: ObservedScenario, name: String, place: String
  ) -> KUnitCase? {
    switch expectation {
    case .subject: KUnitCase(observed, name: name, place: place)
    case .contract: ContractCase(observed, name: name, place: place)?.made
    }
  }

  /// Two files may have the same name.
  private mutating func unusedName(_ wanted: String) -> String {
    var name = wanted
    var number = 2
    while !names.insert(name).inserted {
      name = "\(wanted)_\(number)"
      number += 1
    }
    return name
  }

  // MARK: Text

  /// The file's text.
  public var text: String {
    var text = CText()
    text.line("// SPDX-License-Identifier: GPL-2.0-only")
    for line in headComment { text.line(line) }
    let formats = formats
    for format in formats {
      let fixture = KUnitFixture(format)!
      if formats.count > 1 { text.line("#ifdef \(fixture.section)") }
      appendSection(format, fixture, isOneOf: formats.count, &text)
      if formats.count > 1 { text.line("#endif /* \(fixture.section) */\n") }
    }
    text.line("MODULE_LICENSE(\"GPL\");")
    text.line("MODULE_DESCRIPTION(\"KUnit for generic page table, of scenarios\");")
    text.line("MODULE_IMPORT_NS(\"GENERIC_PT_IOMMU\");")
    text.line("MODULE_IMPORT_NS(\"IOMMUFD\");")
    return text.text
  }

  private var headComment: [String] {
    var lines = ["/*", " * KUnit cases for the generic page table, written by", " *   \(command)"]
    switch expectation {
    case .subject(let subject): lines.append(" * Expected is what \(subject) does.")
    case .contract: lines.append(" * Expected is what the documented contract promises, no more.")
    }
    lines += [" *", " * The file goes into drivers/iommu/generic_pt/. In fmt/Makefile:"]
    let object = name.split(separator: ".").first.map(String.init) ?? name
    if formats.count > 1 {
      let sections = formats.map { KUnitFixture($0)!.section }
      lines += [
        " *   obj-$(CONFIG_IOMMU_PT_KUNIT_TEST) += ../FILE.o",
        " * for a file FILE.c for each of its formats, which has two lines: #define",
      ]
      lines += sections.map { " *   \($0) 1" }
      lines += [" * and #include \"\(name)\"."]
    } else {
      lines.append(" *   obj-$(CONFIG_IOMMU_PT_KUNIT_TEST) += ../\(object).o")
    }
    let left = KUnitCase.LeftOut.allCases.filter { what in
      cases.contains { $0.leftOut.contains(what) }
    }
    if !left.isEmpty {
      lines += [" *", " * Left out, for KUnit does not see it:"]
      lines += left.map { " * - \($0.rawValue)" }
    }
    return lines.map(CText.commentLine) + [" */"]
  }

  private func appendSection(
    _ format: Format, _ fixture: KUnitFixture, isOneOf count: Int, _ text: inout CText
  ) {
    let cases = cases.filter { $0.domain.format == format }
    let used = Set(cases.flatMap(\.calls))
    let isWhole = if case .subject = expectation { true } else { false }
    let helpers = KUnitHelpers(
      used: used, format: fixture.name, syncs: cases.map(\.syncs).max() ?? 0, isWhole: isWhole,
      hasOperations: cases.contains(where: \.hasOperations))
    text.line(
      """
      #define PT_FMT \(fixture.family)
      #define PTPFX_RAW \(fixture.name)
      #define PTPFX \(fixture.name)_
      #include <linux/args.h>
      #include <linux/stringify.h>
      #include <linux/generic_pt/common.h>
      #include "fmt/defs_\(fixture.family).h"
      #include "pt_defs.h"
      #include "fmt/\(fixture.family).h"
      #include "pt_common.h"

      /* The domains: all of their features are said here */
      """)
    appendDomains(cases, fixture, &text)
    text.line("#include \"kunit_iommu.h\"")
    text.line(helpers.headers)
    text.line(helpers.text)
    for (number, one) in cases.enumerated() { one.append(to: &text, domain: number) }
    appendSuite(cases, fixture, isOneOf: count, &text)
  }

  private func appendDomains(
    _ cases: [KUnitCase], _ fixture: KUnitFixture, _ text: inout CText
  ) {
    text.line("enum { KUNIT_FMT_FEATURES = UINT_MAX };")
    text.line("static const struct pt_iommu_\(fixture.name)_cfg scenario_cfgs[] = {")
    for (number, one) in cases.enumerated() {
      text.line("\t[\(number)] = {")
      let bits = one.domain.features.kernelNames.map { "BIT(\($0))" }
      text.bits("common.features", bits.isEmpty ? ["0"] : bits)
      text.line("\t\t.common.hw_max_vasz_lg2 = \(one.domain.va),")
      text.line("\t\t.common.hw_max_oasz_lg2 = \(one.domain.oa),")
      if let top = fixture.top { text.line("\t\t.\(top) = \(one.domain.top ?? 0),") }
      text.line("\t},")
    }
    text.line("};\n\n#define kunit_fmt_cfgs scenario_cfgs")
  }

  private func appendSuite(
    _ cases: [KUnitCase], _ fixture: KUnitFixture, isOneOf count: Int, _ text: inout CText
  ) {
    text.line("static struct kunit_case scenario_cases[] = {")
    for one in cases { text.line("\tKUNIT_CASE(test_\(one.name)),") }
    let stem = CText.name(name.split(separator: ".").first.map(String.init) ?? name)
    let suffix = count > 1 ? "_\(fixture.name)" : ""
    text.line(
      """
      \t{},
      };

      static struct kunit_suite scenario_suite = {
      \t.name = "iommu_pt_\(stem)\(suffix)",
      \t.init = scenario_init,
      \t.exit = scenario_exit,
      \t.test_cases = scenario_cases,
      };

      kunit_test_suites(&scenario_suite);

      """)
  }
}

extension KUnitCase {
  /// The helpers that it calls.
  var calls: [String] {
    body.compactMap { if case .call(let call) = $0 { call.name } else { nil } }
  }

  /// Whether anything is done on the domain.
  var hasOperations: Bool {
    body.contains { if case .begin = $0 { true } else { false } }
  }

  /// The case's function; `domain` is the number of its domain.
  func append(to text: inout CText, domain: Int) {
    text.line("/* \(CText.comment(place)) */")
    text.line("static void test_\(name)(struct kunit *test)\n{")
    for (index, line) in body.enumerated() {
      switch line {
      case .call(let call):
        text.call(call.replacing("CFG", with: "\(domain)"))
      case .comment(let comment): text.line("\t/* \(comment) */")
      case .begin(let operation):
        text.line()
        text.call(CCall("begin", "\"\(operation)\""))
      case .skipIf(let condition, let reason):
        if index > 0 { text.line() }
        text.line("\tif (\(condition))\n\t\tkunit_skip(test, \"\(reason)\");")
      }
    }
    text.line("}\n")
  }
}

extension CCall {
  fileprivate func replacing(_ word: String, with other: String) -> CCall {
    CCall(name, arguments.map { $0 == word ? other : $0 })
  }

  fileprivate init(_ name: String, _ arguments: [String]) {
    self.name = name
    self.arguments = arguments
  }
}

extension CText {
  /// A line of a comment that begins with ` *`: what would end the comment is taken out of the rest.
  fileprivate static func commentLine(_ line: String) -> String {
    line == "/*" ? line : " *" + comment(String(line.dropFirst(2)))
  }
}
