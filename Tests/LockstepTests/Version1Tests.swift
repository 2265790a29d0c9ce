// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Report
import ScenarioLanguage
import SubjectABI
import Testing

/// What was written for version 1 of the subject ABI: it is in `Fixtures/abi-1` as it was then.
@Suite struct Version1Tests {
  private let builder: PluginBuilder

  init() throws { builder = try PluginBuilder() }

  private static let folder = Repository.path("Tests/LockstepTests/Fixtures/abi-1")
  private static let source = folder + "/sv39.c"
  private static let onePage = Repository.path("Documentation/example-plugin/one-page.iopt")

  /// What the object itself states: its size and its version.
  private func stated(by path: String) throws -> (size: UInt32, version: UInt32) {
    let handle = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL))
    let symbol = try #require(dlsym(handle, IOPT_SUBJECT_SYMBOL))
    let entry = unsafeBitCast(
      symbol, to: (@convention(c) () -> UnsafePointer<iopt_subject>?).self)
    let table = try #require(entry())
    return (table.pointee.size, table.pointee.abi_version)
  }

  private func expectAgreement(_ plugin: Subject) throws {
    for subject in [Subject.swift, .reference] {
      let engine = Engine.comparing(Lane(subject), Lane(plugin))
      var report = ""
      engine.onFinding = { report = $0.report }
      try FileRun([engine]).run(TraceReader(path: Self.onePage))
      #expect(report == "")
      #expect(engine.tally.statements == 9)
    }
  }

  @Test func aBinaryOfVersion1LoadsAndAgrees() throws {
    let path = try builder.plugin(Self.source, header: PluginBuilder.firstHeader)
    #expect(try stated(by: path) == (64, 1))
    let plugin = try Subject.named(path)
    #expect(plugin.capabilities == .version1)
    try expectAgreement(plugin)
  }

  /// Built again it says that it is of version 2, with nothing in what was appended.
  @Test func aSourceOfVersion1CompilesAndAgrees() throws {
    let path = try builder.plugin(Self.source)
    #expect(try stated(by: path) == (UInt32(MemoryLayout<iopt_subject>.size), 2))
    let plugin = try Subject.named(path)
    #expect(plugin.capabilities == .version1)
    try expectAgreement(plugin)
  }

  /// Numbers keep their values, members their places.
  @Test func everyNameOfVersion1StandsWhereItStood() throws {
    // A folder without a header of its own, which `#include "…"` would find first.
    let names = Self.folder + "/names.c"
    let first = try builder.output(of: names, header: PluginBuilder.firstHeader)
    #expect(try builder.output(of: names, header: PluginBuilder.header) == first)
    #expect(first.contains("IOPT_EVENT_STORE 22\n"))
    #expect(first.split(separator: "\n").count > 150)
  }

  struct Unseen: Sendable, CustomStringConvertible {
    let description: String
    let change: @Sendable (inout iopt_config) -> Void
  }

  private static let unseen: [Unseen] = [
    Unseen(description: "kernel=7.3") { $0.kernel = IOPT_KERNEL_7_3.rawValue },
    Unseen(description: "sync_map") { $0.sync_map = 1 },
    Unseen(description: "features: bits 0x1000") {
      $0.features |= IOPT_FEATURE_DETAILED_GATHER.rawValue
    },
  ]

  /// It would see nothing of these members, and run as if they were not there.
  @Test(arguments: unseen)
  func whatItCannotSeeIsRefusedInItsPlace(_ unseen: Unseen) throws {
    let path = try builder.plugin(Self.source, header: PluginBuilder.firstHeader)
    let lane = Lane(try Subject.named(path))
    var configuration = try readScenarios(path: Self.onePage)[0].scenario.loweredConfiguration
    #expect(lane.open(configuration) == .done)
    lane.endScenario()
    unseen.change(&configuration)
    #expect(lane.open(configuration) == .refused)
    #expect(lane.refusal == "its capabilities do not name \(unseen)")
    #expect(lane.liveTables == 0)
  }

  /// The release that version 1 means has a number too, but one that version 1 has never seen.
  @Test func theReleaseOfVersion1MayBeNamed() throws {
    let path = try builder.plugin(Self.source, header: PluginBuilder.firstHeader)
    let lane = Lane(try Subject.named(path))
    var configuration = try readScenarios(path: Self.onePage)[0].scenario.loweredConfiguration
    configuration.kernel = IOPT_KERNEL_7_1.rawValue
    #expect(lane.open(configuration) == .done)
  }
}
