// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

/// What a scheduler is told about a subject holds.
@Suite struct StatedPointsTests {
  @Test(arguments: TestSubject.allCases)
  func aSubjectYieldsAtThePointsThatItStatesAndNoOthers(_ subject: TestSubject) {
    let domain = TestDomain(subject) {
      $0.listening = .points
      $0.grows = true
      $0.mode = IOPT_DMA_STRICT
    }
    var records = domain.map(0)
    records += domain.unmap(0)
    records += domain.relax()
    records += domain.map(1)
    records += domain.unmap(1)
    records += domain.tick(20)
    var heard: UInt64 = 0
    for case .point(let point) in records { heard |= 1 << point.rawValue }
    #expect(heard == subject.subject.capabilities.points)
  }
}
