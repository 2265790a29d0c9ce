// SPDX-License-Identifier: GPL-2.0-only
import Testing

@testable import Lockstep

@Suite struct CallgrindOutputTests {
  private static let text = """
    version: 1
    events: Ir
    fn=main
    0 12
    cob=/usr/lib/libc.so.6
    cfi=???
    cfn=lockstep_measure_map
    calls=3 0
    0 400
    cfn=other
    calls=1 0
    0 7000
    cfn=lockstep_measure_map
    calls=1 0
    0 100
    fn=lockstep_measure_map
    0 9
    cfn=lockstep_measure_unmap
    calls=2 0
    0 35
    """

  @Test func callsOfAFunctionAreAddedUpWithWhatTheyCall() {
    let counts = CallgrindOutput(Self.text)
      .inclusive(["lockstep_measure_map", "lockstep_measure_unmap", "lockstep_measure_sync"])
    #expect(counts == ["lockstep_measure_map": 500, "lockstep_measure_unmap": 35])
  }
}
