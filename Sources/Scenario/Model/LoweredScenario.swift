// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A scenario in the form that subjects read: one configuration and a buffer of operations. The
/// buffers are kept from one scenario to the next, so that filling it again allocates nothing.
public struct LoweredScenario: ~Copyable {
  /// What the domain is opened with; what is run on it, and how many of these there are.
  public var configuration = iopt_config()
  /// What the `domain` line says of its driver, which no subject reads.
  public var driver: DriverChoice?
  public private(set) var operations: UnsafeMutablePointer<iopt_op>
  public private(set) var count = 0
  private var capacity = 64
  private var pieces: UnsafeMutablePointer<iopt_piece>
  private var pieceCount = 0
  private var pieceCapacity = 64

  /// No operations yet.
  public init() {
    operations = .allocate(capacity: capacity)
    pieces = .allocate(capacity: pieceCapacity)
  }

  deinit {
    operations.deallocate()
    pieces.deallocate()
  }

  /// Forgets all operations; configuration and driver are the caller's to set.
  public mutating func removeAll() {
    count = 0
    pieceCount = 0
  }

  /// Fills the buffer with `scenario`.
  public mutating func lower(_ scenario: Scenario) {
    removeAll()
    configuration = scenario.loweredConfiguration
    driver = scenario.domain.driver
    for operation in scenario.operations { append(operation) }
  }

  /// Adds an operation at the end.
  public mutating func append(_ operation: Operation) {
    if let list = operation.pieces {
      for piece in list { appendPiece(iopt_piece(pa: piece.pa, len: piece.length)) }
      append(operation.lowered(pieces: nil), lastPieces: list.count)
    } else {
      append(operation.lowered(pieces: nil))
    }
  }

  /// Appends a scatterlist operation whose pieces are the last `lastPieces` that were appended
  /// with ``appendPiece(_:)``.
  public mutating func append(_ operation: iopt_op, lastPieces: Int) {
    var operation = operation
    operation.pieces = UnsafePointer(pieces + (pieceCount - lastPieces))
    operation.piece_count = UInt64(lastPieces)
    append(operation)
  }

  /// Appends an operation in the subjects' own form that carries no pieces.
  public mutating func append(_ operation: iopt_op) {
    if count == capacity {
      operations = Self.grown(operations, count: count, capacity: &capacity)
    }
    (operations + count).initialize(to: operation)
    count += 1
  }

  /// Fits the operations from number `first` on, and takes back those that have to be left out.
  mutating func narrow(from first: Int, _ narrowing: inout Narrowing) {
    var kept = first
    for index in first..<count where narrowing.narrow(&operations[index]) {
      operations[kept] = operations[index]
      kept += 1
    }
    count = kept
  }

  /// Appends one piece of the scatterlist that the next operation will carry.
  public mutating func appendPiece(_ piece: iopt_piece) {
    appendPieces(1).initialize(to: piece)
  }

  /// Appends so many pieces, which the caller must initialize. They stay where they are until more are
  /// appended.
  public mutating func appendPieces(_ more: Int) -> UnsafeMutablePointer<iopt_piece> {
    while pieceCount + more > pieceCapacity { growPieces() }
    defer { pieceCount += more }
    return pieces + pieceCount
  }

  private mutating func growPieces() {
    let old = pieces
    pieces = Self.grown(old, count: pieceCount, capacity: &pieceCapacity)
    for index in 0..<count {
      guard let list = operations[index].pieces else { continue }
      operations[index].pieces = UnsafePointer(pieces + (list - UnsafePointer(old)))
    }
  }

  private static func grown<Element: BitwiseCopyable>(
    _ old: UnsafeMutablePointer<Element>, count: Int, capacity: inout Int
  ) -> UnsafeMutablePointer<Element> {
    capacity *= 2
    let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    new.initialize(from: old, count: count)
    old.deallocate()
    return new
  }
}
