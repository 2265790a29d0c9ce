// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI
import Testing

@testable import Lockstep

/// What becomes of the tables that a named gather took.
@Suite struct GatherLeakTests {
  /// All pages of a table, which goes into gather 0 with them.
  private static func text(_ gather: String, then rest: String) -> String {
    """
    iopt 2
    domain format=riscv_64 kernel=7.3 va=39 oa=56 features=sign_extend,flush_range,detailed_gather
    map 0x0 0x1000 0x200000 rw
    gather 0 \(gather)
    unmap_fast 0 0x0 0x200000
    \(rest)

    """
  }

  /// The C port, but it forgets what it is to sync or flush.
  private func forgetful() throws -> Lane {
    var members = Subject.reference.table.members
    members.run = { domain, operation in
      let kind = operation!.pointee.kind
      if kind == IOPT_OP_IOTLB_SYNC.rawValue || kind == IOPT_OP_FLUSH.rawValue {
        return IOPT_DONE.rawValue
      }
      return Subject.reference.table.members.run(domain, operation)
    }
    let table = try withUnsafePointer(to: members) { try SubjectTable($0) }
    return Lane(Subject(table: table, specification: "reference", isPlugin: false))
  }

  private func found(_ lane: Lane, _ text: String, forbid: Set<String> = []) throws -> String? {
    let choice = OracleChoice([.leak], forbidden: forbid)
    return try choice.engine([lane]).run(scenario(text), file: "case.iopt")?.signature.description
  }

  @Test(arguments: ["iotlb_sync 0", "flush 0"])
  func whatASyncOrAFlushDoesNotGiveBackIsLost(_ last: String) throws {
    for gather in ["strict", "queued"] where gather == "queued" || last != "flush 0" {
      let text = Self.text(gather, then: last)
      if gather == "strict" || last == "flush 0" {
        let signature = try #require(try found(forgetful(), text))
        #expect(signature.hasPrefix("leak end: tables left"), "\(signature)")
      }
      for side in [Subject.swift, .reference] {
        #expect(try found(Lane(side), text) == nil, "\(side) \(text)")
      }
    }
  }

  @Test(arguments: [Subject.swift, .reference])
  func aQueuedGatherThatIsSyncedLosesItsTables(_ side: Subject) throws {
    let text = Self.text("queued", then: "iotlb_sync 0")
    let signature = try found(Lane(side), text, forbid: ["queuedGatherSynced"])
    #expect(signature?.hasPrefix("leak end: departure queuedGatherSynced") == true)
  }

  @Test(arguments: [Subject.swift, .reference])
  func whatIsNotSyncedYetOrIsForgottenMayStay(_ side: Subject) throws {
    for rest in ["", "gather 0 strict"] {
      #expect(try found(Lane(side), Self.text("strict", then: rest), forbid: ["all"]) == nil)
    }
  }
}
