// SPDX-License-Identifier: GPL-2.0-only
import Testing

@testable import ScenarioLanguage

/// The length of a list's space, as far as an empty piece turns it into nearly 4 GiB.
@Suite struct ListSpaceTests {
  private func space(_ lengths: UInt64...) -> ListSpace {
    var space = ListSpace()
    for length in lengths { space.append(length) }
    return space
  }

  @Test func anEmptyPieceBehindTwoThatAreNotWraps() {
    #expect(space(0x1000, 0x2000).isWrapped(by: 0))
    #expect(space(0x1000, 0x2000, 0x1000).isWrapped(by: 0))
  }

  @Test func oneBehindNothingOrBehindASinglePieceDoesNot() {
    #expect(!space().isWrapped(by: 0))
    #expect(!space(0x1000).isWrapped(by: 0))
  }

  @Test func afterAnEmptyPieceItBeginsAnew() {
    #expect(!space(0x1000, 0).isWrapped(by: 0))
    #expect(!space(0x1000, 0, 0x1000).isWrapped(by: 0))
    #expect(space(0x1000, 0, 0x1000, 0x1000).isWrapped(by: 0))
  }

  @Test func aPieceThatIsNotEmptyNeverDoes() {
    #expect(!space(0x1000, 0x2000).isWrapped(by: 0x1000))
  }
}
