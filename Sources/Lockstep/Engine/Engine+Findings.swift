// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import SubjectABI

extension Engine {
  /// Makes a finding of what is wrong with the request at hand, which ends the scenario.
  func report(_ oracle: OracleName, _ fault: Fault, atEnd: Bool = false) {
    let found = makeFinding(oracle, fault, atEnd: atEnd)
    if isTheKernelsOwn(found) { return endUnjudged() }
    let isBuiltIn = lanes.allSatisfy(\.lane.subject.isBuiltIn)
    let finding = oracle == .abi || !isBuiltIn ? misuseBehind(found) ?? found : found
    if isTheKernelsOwn(finding) { return endUnjudged() }
    hot.pointee.state = .found
    hot.pointee.tally.findings += 1
    self.finding = finding
    onFinding(finding)
  }

  // MARK: Memory at the encryption bit

  /// The domain was opened.
  func watchForEncryptedMemory() {
    hot.pointee.mapsEncrypted = false
    let runsATree = lanes.contains { $0.lane.subject.isKernelTree }
    hot.pointee.encryptionBit = runsATree ? TableReader(domain).encryptionBit : 0
  }

  /// Before an operation is run.
  func noteEncryptedMemory(_ operation: UnsafePointer<iopt_op>) {
    if AskedMemory(operation).reaches(hot.pointee.encryptionBit) {
      hot.pointee.mapsEncrypted = true
    }
  }

  /// The kernel's code takes such a leaf for a larger one and may then write behind its table, which no
  /// user of it asks for: `memoryAtTheEncryptionBit` of the contract.
  private func isTheKernelsOwn(_ finding: Finding) -> Bool {
    guard hot.pointee.mapsEncrypted, finding.oracle == .abi, let lane = finding.faultyLane,
      lanes[lane].lane.subject.isKernelTree, case .misuse(_, let misuse) = finding.evidence
    else { return false }
    return switch misuse {
    case .storedOutsideTables, .trespass, .untoldWord: true
    default: false
    }
  }

  /// Nothing is said of the rest, as after a crash.
  private func endUnjudged() {
    if state == .running { hot.pointee.tally.crashed += 1 }
    hot.pointee.state = .over
  }
}
