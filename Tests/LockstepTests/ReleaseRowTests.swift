// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Report
import ScenarioLanguage
import SubjectABI
import Testing

/// Each row of the table of behaviours makes a difference of its own: in the scenario that the history
/// has for it, a side with that row of the release before differs from one without, and no other row
/// does.
@Suite struct ReleaseRowTests {
  private static let rows = KernelHistory.changes.compactMap { change in
    if case .row(let row) = change.means { (row: row, text: change.text) } else { nil }
  }

  private func finding(_ text: String, _ left: String, _ right: String) throws -> Finding? {
    let engine = Engine.comparing(try LaneChoice(left).lane(), try LaneChoice(right).lane())
    defer { engine.close() }
    let found = engine.run(try scenario(text))
    #expect(!engine.wasRefused)
    return found
  }

  @Test func everyRowHasAChange() {
    #expect(Self.rows.map(\.row) == KernelRow.allCases)
    #expect(KernelRow.allCases.map(\.rawValue) == Array(0..<IOPT_ROW_COUNT.rawValue))
  }

  @Test(arguments: rows.indices) func aRowMakesADifferenceOfItsOwn(_ index: Int) throws {
    let (row, text) = Self.rows[index]
    #expect(try finding(text, "swift", "swift,kernel=7.3") == nil)
    let before = "swift,\(row.name)=7.1"
    #expect(try finding(text, "swift", before) != nil)
    // All other rows of the release before, and this one as it is.
    let others = KernelRow.allCases.filter { $0 != row }.map { ",\($0.name)=7.1" }
      .joined()
    let found = try finding(text, "swift", "swift" + others)
    #expect(found == nil, "\(found?.report ?? "")")
  }

  @Test func theReleaseBeforeTheChangeHasTheRowAsItWas() throws {
    for (row, text) in Self.rows where row.changed == .linux7_3 {
      #expect(try finding(text, "swift,\(row.name)=7.2", "swift,\(row.name)=7.1") == nil)
    }
  }

  @Test func rowsAreReadOnceEach() {
    for bad in ["swift,dirty=7.4", "swift,dirty", "swift,dirty=7.1,dirty=7.2", "swift,kernel=6.1"] {
      #expect(throws: SubjectError.self) { try LaneRequest(bad) }
    }
  }
}
