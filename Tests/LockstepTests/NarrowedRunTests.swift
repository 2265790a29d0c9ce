// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage
import SubjectABI
import Testing

/// What was fitted to a subject is worth running on it.
@Suite struct NarrowedRunTests {
  private let builder: PluginBuilder

  init() throws { builder = try PluginBuilder() }

  private func example() throws -> Lane {
    let source = Repository.path("Documentation/example-plugin/sv39.c")
    return Lane(try Subject.named(builder.plugin(source)))
  }

  /// What takes a lacking format's, or build's, place comes up. A narrowed bitmap may leave no page
  /// that the smallest one can be made of, and an encryption bit may be too large, as ever.
  @Test(arguments: Format.allCases, [Build.production, .debug])
  func whatTakesAnothersPlaceOpens(_ format: Format, _ build: Build) throws {
    var capabilities = Capabilities.version1
    capabilities.formats = 1 << format.rawValue
    capabilities.builds = 1 << build.rawValue
    var generator = ScenarioGenerator(
      seed: 5, narrowing: Narrowing([.init(name: "some", capabilities: capabilities)]))
    let lane = Lane(.reference)
    var opened = 0
    for _ in 0..<200 {
      let next = generator.nextFitting()
      let scenario = try #require(next)
      #expect(scenario.domain.format == format && scenario.domain.build == build)
      if lane.open(scenario.loweredConfiguration) == .done { opened += 1 }
      lane.endScenario()
    }
    #expect(opened > 180, "\(opened) of 200")
  }

  @Test func theExampleIsNeverGivenADomainThatItRefuses() throws {
    let lane = try example()
    var generator = ScenarioGenerator(seed: 1, layer: .both, narrowing: Narrowing([lane]))
    for _ in 0..<200 {
      let next = generator.nextFitting()
      let scenario = try #require(next)
      #expect(lane.open(scenario.loweredConfiguration) == .done)
      #expect(scenario.operations.count >= 8)
      lane.endScenario()
    }
    let lines = try #require(generator.narrowing).lines()
    #expect(lines.contains { $0.hasSuffix("scenarios changed: \(lane.label) lacks format amdv1") })
    #expect(
      lines.contains { $0.hasSuffix("operations left out: \(lane.label) lacks operation unmap") })
  }

  @Test func aSweepOfConfigurationsLeavesOutWhatASideLacks() throws {
    let lane = try example()
    let sweep = ConfigurationSweep(left: Lane(.reference), right: lane)
    sweep.onDivergence = { Issue.record("\($0)") }
    for format in Format.allCases { sweep.sweep(format, .corners) }
    #expect(sweep.tally.configurations == 1 && sweep.tally.accepted == 1)
    let lines = sweep.narrowing.lines("configuration")
    // 2^8 sets of features, two builds, nine levels, 16 times 15 widths.
    #expect(
      lines.contains("1105920 configurations left out: \(lane.label) lacks format amdv1"),
      "\(lines)")
    // Nothing but the widths: one set of features, and one build, is the example's own.
    #expect(lines.contains("225 configurations left out: \(lane.label) lacks the va= asked for"))
    #expect(lines.contains("14 configurations left out: \(lane.label) lacks the oa= asked for"))
  }

  @Test func anExhaustiveSweepLeavesOutWhatASideLacks() throws {
    let lane = try example()
    let sweep = ExhaustiveSweep(
      Engine.comparing(Lane(.reference), lane), StandardConfigurations.all)
    #expect(sweep.tally.configurations == 1)
    #expect(sweep.narrowing.leftOut == StandardConfigurations.all.count - 1)
    let lines = sweep.narrowing.lines("configuration")
    #expect(lines.contains("1 operation left out: \(lane.label) lacks operation map_range"))
  }

  /// A revision that the lane puts in force is none that the domain line asks for.
  @Test func aRevisionThatIsPutInForceIsNoNeed() throws {
    let lane = Lane(try example().subject, gather: .merged)
    #expect(lane.capabilities.meet(.revision(.proposed)))
    #expect(!lane.subject.capabilities.meet(.revision(.proposed)))
  }
}
