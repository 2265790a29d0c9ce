// SPDX-License-Identifier: GPL-2.0-only
import Report
import ScenarioLanguage
import Testing

@testable import Lockstep

/// A refusal is no verdict, but neither is it agreement.
@Suite struct EngineRefusalTests {
  private let builder: PluginBuilder

  init() throws { builder = try PluginBuilder() }

  private static let example = Repository.path("Documentation/example-plugin/sv39.c")

  /// The example plug-in with changes; with a name that stands for a built-in subject, it is taken
  /// for that.
  private func subject(
    as name: String? = nil, _ changes: (old: String, new: String)...
  ) throws -> Subject {
    var text = try String(contentsOfFile: Self.example, encoding: .utf8)
    for change in changes {
      try #require(text.contains(change.old))
      text = text.replacing(change.old, with: change.new)
    }
    let plugin = try Subject.named(try builder.plugin(text: text))
    return Subject(
      table: plugin.table, specification: name ?? plugin.specification, isPlugin: name == nil)
  }

  private static let pages = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range,riscv_svnapot_64k
    map 0x1000 0x80001000 0x1000 rw
    iova_to_phys 0x1000

    """

  private static let refuseLookups = (
    "lookup(d, op->iova);\n", "if (d) return refuse(\"not today\"); lookup(d, op->iova);\n"
  )
  private static let refuseOpening = (
    "\td = malloc(sizeof(*d));\n",
    "\tif (host) return refuse(\"not today\");\n\td = malloc(sizeof(*d));\n"
  )

  private func run(_ text: String, _ engine: Engine) throws -> Finding? {
    try engine.run(scenario(text), file: "case.iopt")
  }

  @Test func aBuiltInSubjectThatRefusesWhatItStatesIsAtFault() throws {
    let broken = try subject(as: "reference", Self.refuseLookups)
    let engine = Engine.comparing(Lane(.swift), Lane(broken))
    let finding = try #require(try run(Self.pages, engine))
    #expect(finding.signature.description == "abi iova_to_phys: refusal")
    #expect(finding.faultySubject == "reference")
    #expect(
      finding.report.contains(
        "case.iopt:4: reference refuses what it must be able to do at operation 1 of the"
          + " scenario at line 1: not today"))
    #expect(finding.report.contains("iopt diff case.iopt --left swift --right reference"))
    #expect(engine.tally.refused == 0 && engine.tally.verdict == .differs)
  }

  @Test func soIsOneThatRefusesADomain() throws {
    let broken = try subject(as: "swift", Self.refuseOpening)
    let engine = Engine.comparing(Lane(broken), Lane(.reference))
    let finding = try #require(try run(Self.pages, engine))
    #expect(finding.signature.description == "abi domain: refusal")
    #expect(finding.faultyLane == 0)
  }

  /// The example states one format and a few operations.
  @Test func aBuiltInSubjectIsHeldToTheWholeLanguageWhateverItStates() throws {
    let narrow = try subject(as: "reference")
    let engine = Engine.comparing(Lane(.swift), Lane(narrow))
    let operation = try #require(try run(Self.mapped + "set_dirty 0x1000\n", engine))
    #expect(operation.signature.description == "abi set_dirty: refusal")
    let other =
      "iopt 1\ndomain format=vtdss va=48 oa=52 features=none top=3\nmap 0x0 0x0 0x1000 r\n"
    let domain = try #require(try run(other, engine))
    #expect(domain.signature.description == "abi domain: refusal")
    #expect(engine.tally.refused == 0)
  }

  @Test func nothingIsFittedToABuiltInSubject() throws {
    let narrow = try subject(as: "reference")
    #expect(Narrowing([Lane(.swift), Lane(narrow)]).isIdle)
    #expect(Narrowing(Engine.comparing(Lane(.swift), Lane(narrow))).isIdle)
    let plugin = try subject()
    #expect(!Narrowing([Lane(.swift), Lane(plugin)]).isIdle)
  }

  /// A release that both refuse until they are taught it.
  @Test(arguments: [Subject.swift, .reference])
  func whatIsRefusedUntilLaterIsNoFault(_ subject: Subject) throws {
    let engine = Engine([Lane(subject)], [])
    var configuration = try scenario(Self.pages).loweredConfiguration
    configuration.kernel = 4
    engine.open(configuration)
    #expect(engine.finding == nil && engine.state == .refused)
    configuration.kernel = 1
    engine.open(configuration)
    #expect(engine.state == .running)
    engine.close()
  }

  @Test func aPluginThatRefusesWhatItStatesIsCountedAndToldSo() throws {
    let plugin = try subject(Self.refuseLookups)
    let engine = Engine.comparing(Lane(.reference), Lane(plugin))
    #expect(try run(Self.pages, engine) == nil)
    #expect(
      engine.tally.refusals == ["\(plugin.name) refuses, within what it states: not today": 1])
    #expect(try run(Self.mapped + "set_dirty 0x1000\n", engine) == nil)
    let rest = engine.tally.refusals.keys.filter { $0.hasPrefix("\(plugin.name) refuses: knows ") }
    #expect(rest.count == 1)
  }

  /// What was compared before the refusal does not make it a run in which something was.
  @Test func whereAllWasRefusedNothingWasJudged() throws {
    let plugin = try subject(Self.refuseLookups)
    let engine = Engine.comparing(Lane(.reference), Lane(plugin))
    _ = try run(Self.pages, engine)
    #expect(engine.tally.judgements == 0 && engine.tally.verdict == .nothingJudged)
    _ = try run(Self.mapped, engine)
    let judged = engine.tally.judgements
    #expect(judged > 0 && engine.tally.verdict == .agrees)
    _ = try run(Self.pages, engine)
    #expect(engine.tally.judgements == judged)
  }

  /// A sweep looks at each configuration before it makes anything for it.
  @Test func aSweepFindsFaultWithABuiltInSubjectThatRefusesADomain() throws {
    let broken = try subject(as: "swift", Self.refuseOpening)
    let engine = Engine.comparing(Lane(broken), Lane(.reference))
    let domain = try scenario(Self.pages).domain
    let configurations = StandardConfigurations.all.filter { $0.domain == domain }
    try #require(configurations.count == 1)
    let sweep = ExhaustiveSweep(engine, configurations)
    var found: [Scenario] = []
    sweep.onDivergence = { found.append($0) }
    #expect(sweep.sweep(depth: 1))
    #expect(found == [Scenario(domain: domain)] && sweep.tally.divergences == 1)
    #expect(engine.finding?.signature.description == "abi domain: refusal")
  }

  // MARK: What oracles ask for

  private static let mapped = Self.pages.replacing("iova_to_phys 0x1000\n", with: "")

  @Test func aLookupThatIsRefusedIsCountedOnceAScenario() throws {
    let plugin = try subject(Self.refuseLookups)
    let engine = OracleChoice([.contract]).engine([Lane(plugin)])
    for _ in 0..<2 { #expect(try run(Self.mapped, engine) == nil) }
    #expect(engine.tally.unanswered == ["\(plugin.name) refuses: not today": 2])
    #expect(
      engine.tally.refusalLines
        == ["  2 scenarios judged without lookups: \(plugin.name) refuses: not today"])
  }

  @Test func aBuiltInSubjectThatRefusesALookupIsAtFault() throws {
    let broken = try subject(as: "reference", Self.refuseLookups)
    let engine = OracleChoice([.contract]).engine([Lane(broken)])
    let finding = try #require(try run(Self.mapped, engine))
    #expect(finding.signature.description == "abi map: lookup: refusal")
    #expect(finding.report.contains("; iova_to_phys 0x"))
  }
}
