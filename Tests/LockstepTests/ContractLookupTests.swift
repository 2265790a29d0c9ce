// SPDX-License-Identifier: GPL-2.0-only
import Reference
import Report
import ScenarioLanguage
import SubjectABI
import Testing

@testable import Lockstep

/// The DMA layer's contract with a subject that does not answer lookups.
@Suite struct ContractLookupTests {
  /// The C port with `run` in its own place.
  private func subject(
    _ name: String,
    _ run: @escaping @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<iopt_op>?) -> UInt32
  ) throws -> Subject {
    var table = iopt_reference_subject().pointee
    table.run = run
    return Subject(
      table: try SubjectTable(&table), specification: name, isPlugin: name != "reference")
  }

  private static let refuses:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<iopt_op>?) -> UInt32 = { state, op in
      op!.pointee.kind == IOPT_OP_IOVA_TO_PHYS.rawValue
        ? IOPT_REFUSED.rawValue : iopt_reference_subject().pointee.run(state, op)
    }

  private static let crashes:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<iopt_op>?) -> UInt32 = { state, op in
      op!.pointee.kind == IOPT_OP_IOVA_TO_PHYS.rawValue
        ? IOPT_CRASHED.rawValue : iopt_reference_subject().pointee.run(state, op)
    }

  private static let buffer = """
    iopt 1
    domain format=x86_64 va=48 oa=52 features=flush_range top=3
    dma queue=percpu cpus=1 size=2 timeout=10 mode=strict limit=0xffffffffffffffff
    dma_map 0 0x8000 0x1000 bidirectional
    dma_unmap 0

    """

  private func engine(_ subject: Subject) -> Engine {
    OracleChoice([.contract]).engine([Lane(subject)])
  }

  /// Taken for "no translation", a mapped buffer would be called mistranslated.
  @Test func aRefusedLookupIsNoAnswer() throws {
    let engine = engine(try subject("./x.so", Self.refuses))
    let finding = engine.run(try scenario(Self.buffer))
    #expect(finding == nil, "\(finding?.report ?? "")")
    #expect(engine.tally.unanswered.values.reduce(0, +) == 1)
    #expect(engine.tally.verdict == .agrees)
  }

  @Test func aRefusedLookupOfABuiltInSubjectIsAFault() throws {
    let engine = engine(try subject("reference", Self.refuses))
    let finding = try #require(engine.run(try scenario(Self.buffer)))
    #expect(finding.signature.description == "abi dma_map: lookup: refusal [flush-range]")
  }

  @Test func aCrashInALookupIsABreach() throws {
    let engine = engine(try subject("./x.so", Self.crashes))
    let finding = try #require(engine.run(try scenario(Self.buffer)))
    #expect(
      finding.signature.description
        == "contract dma_map: translation: lookup: crash [flush-range]")
  }
}
