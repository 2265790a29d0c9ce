// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Report
import ScenarioLanguage
import SubjectABI
import Testing

/// What subjects state that they can do, and how far it is read.
@Suite struct CapabilityTests {
  private let builder: PluginBuilder

  init() throws { builder = try PluginBuilder() }

  private static let example = Repository.path("Documentation/example-plugin/sv39.c")
  private static let onePage = Repository.path("Documentation/example-plugin/one-page.iopt")

  @Test(arguments: [Subject.swift, .reference])
  func theBuiltInSubjectsStateTheLanguageOfVersion1(_ subject: Subject) {
    var stated = subject.capabilities
    // What the host does by itself is no subject's to state.
    stated.operations |= 1 << UInt64(IOPT_OP_FAIL_ALLOC.rawValue)
    stated.operations |= 1 << UInt64(IOPT_OP_FAIL_FQ.rawValue)
    #expect(stated.intersection(.version1) == .version1)
  }

  @Test func theSwiftSubjectStatesTheWholeLanguage() {
    #expect(Subject.swift.capabilities.coverLanguage)
    #expect(!Capabilities.version1.coverLanguage)
  }

  /// The example with a plug-in's own way of stating things in place of its last lines.
  private func example(_ table: String) throws -> String {
    let text = try String(contentsOfFile: Self.example, encoding: .utf8)
    let cut = try #require(text.range(of: "static const struct iopt_capabilities"))
    return text[..<cut.lowerBound] + table
  }

  private static let members = """
    .abi_version = 7, .name = "later", .version = "test", .open = sv39_open, .run = sv39_run,
    .close = free, .refusal = sv39_refusal,
    """

  /// Of a later version: members that we have never heard of behind those that we know.
  @Test func aLaterAndLargerPluginLoadsAndAgrees() throws {
    let path = try builder.plugin(
      text: example(
        """
        static const struct {
          struct iopt_capabilities known;
          uint64_t later[8];
        } capabilities = {
          .known = { .size = sizeof(capabilities), .stores = 1, .formats = 0x101, .features = ~0u,
                     .operations = ~UINT64_C(0), .va_min = 39, .va_max = 39 },
          .later = { 1, 2, 3 },
        };
        static const struct {
          struct iopt_subject known;
          void *later[8];
        } subject = {
          .known = { .size = sizeof(subject), \(Self.members)
                     .capabilities = &capabilities.known },
          .later = { (void *)&capabilities },
        };
        __attribute__((visibility("default"))) const struct iopt_subject *iopt_subject_entry(void)
        {
          return &subject.known;
        }
        """))
    let plugin = try Subject.named(path)
    #expect(plugin.ownName == "later" && plugin.name == path)
    #expect(plugin.capabilities.formats == 0x101)
    #expect(plugin.capabilities.inputWidths == 39...39)
    #expect(plugin.capabilities.outputWidths == 0...255)
    let engine = Engine.comparing(Lane(.reference), Lane(plugin))
    engine.onFinding = { Issue.record("\($0.report)") }
    try FileRun([engine]).run(TraceReader(path: Self.onePage))
    #expect(engine.tally.statements == 9)
  }

  /// A table of version 1 that ends where memory ends.
  @Test func nothingIsReadBehindAPluginsTable() throws {
    let path = try builder.plugin(
      text: "#define _DEFAULT_SOURCE\n#include <sys/mman.h>\n#include <string.h>\n"
        + example(
          """
          __attribute__((visibility("default"))) const struct iopt_subject *iopt_subject_entry(void)
          {
            static const struct iopt_subject subject = { .size = 64, \(Self.members) };
            char *page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

            mprotect(page + 4096, 4096, PROT_NONE);
            memcpy(page + 4096 - 64, &subject, 64);
            return (const void *)(page + 4096 - 64);
          }
          """))
    #expect(try Subject.named(path).capabilities == .version1)
  }

  private func reason(_ table: String) throws -> String {
    let path = try builder.plugin(text: example(table))
    do throws(SubjectError) {
      _ = try Subject.named(path)
      return ""
    } catch {
      #expect(error.description.hasPrefix("subject '\(path)': "))
      return String(error.description.dropFirst("subject '\(path)': ".count))
    }
  }

  private static let entry = """
    __attribute__((visibility("default"))) const struct iopt_subject *iopt_subject_entry(void)
    {
      return &subject;
    }
    """

  @Test func aTableBelowVersion1IsNamed() throws {
    #expect(
      try reason(
        "static const struct iopt_subject subject = { .size = 56, \(Self.members) };\(Self.entry)")
        == "its iopt_subject has 56 bytes, expected at least 64")
  }

  @Test(arguments: [
    (".size = 88", "its iopt_capabilities has 88 bytes, expected at least 96"),
    (
      ".size = sizeof(capabilities), .va_min = 48, .va_max = 39",
      "its iopt_capabilities has a least width above the largest"
    ),
  ])
  func capabilitiesThatMakeNoSenseAreNamed(_ members: String, _ expected: String) throws {
    #expect(
      try reason(
        """
        static const struct iopt_capabilities capabilities = { \(members) };
        static const struct iopt_subject subject = {
          .size = sizeof(subject), \(Self.members) .capabilities = &capabilities };
        \(Self.entry)
        """) == expected)
  }
}
