// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

/// What was asked in a scenario so far, to be asked again.
final class ScenarioHistory {
  /// So many operations are kept; of a longer scenario nothing is.
  static let limit = 1 << 16

  private(set) var scenario = LoweredScenario()
  private let lines = PlainBuffer<Int>(capacity: 64)
  private var openingLine = 0
  /// The request that opened the domain, when it was read.
  private(set) var opening: Request?
  private var isComplete = false

  /// Whether everything is here.
  var isUsable: Bool { isComplete && scenario.count <= Self.limit }

  /// Forgets what was before; `opening` opens a domain.
  func begin(_ opening: Request?, _ place: Finding.Place) {
    scenario.removeAll()
    lines.cut(to: 0)
    self.opening = opening
    openingLine = place.line
    isComplete = true
  }

  func append(_ operation: UnsafePointer<iopt_op>, _ place: Finding.Place) {
    guard isUsable else { return }
    for index in 0..<Int(operation.pointee.piece_count) {
      scenario.appendPiece(operation.pointee.pieces[index])
    }
    if operation.pointee.piece_count > 0 {
      scenario.append(operation.pointee, lastPieces: Int(operation.pointee.piece_count))
    } else {
      scenario.append(operation.pointee)
    }
    lines.extend(by: 1).pointee = place.line
  }

  /// The line of an operation; of the `domain` line for -1.
  func line(_ operation: Int) -> Int { operation < 0 ? openingLine : lines.elements[operation] }
}
