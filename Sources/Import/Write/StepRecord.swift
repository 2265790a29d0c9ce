// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A step as it is kept until it is printed; pieces of a list follow it.
struct StepRecord: BitwiseCopyable {
  var iova: UInt64
  var pa: UInt64
  var size: UInt64
  /// Nanoseconds, all ones: not told.
  var time: UInt64
  var line: Int
  var space: Int32
  var cpu: Int32
  var pieces: UInt32
  var handle: UInt16
  var kind: UInt8
  var direction: UInt8
  var attributes: UInt32
  private var unused: UInt32 = 0

  init(_ step: Step) {
    iova = step.iova
    pa = step.pa
    size = step.size
    time = step.time ?? .max
    line = step.line
    space = step.space
    cpu = step.cpu
    pieces = UInt32(step.pieces?.count ?? 0)
    handle = step.handle
    kind = step.kind.rawValue
    direction = UInt8(step.direction.rawValue)
    attributes = step.attributes.rawValue
  }

  /// One piece of a list.
  struct Piece: BitwiseCopyable { var pa: UInt64, length: UInt64 }

  /// Hands the bytes of a step, its pieces behind it, to `body`.
  static func withBytes(
    _ step: Step, _ body: (UnsafeRawBufferPointer) throws(ScenarioError) -> Void
  ) throws(ScenarioError) {
    let record = StepRecord(step)
    let size = MemoryLayout<StepRecord>.size
    let count = size + Int(record.pieces) * MemoryLayout<Piece>.size
    let result = withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) {
      buffer -> Result<Void, ScenarioError> in
      buffer.storeBytes(of: record, as: StepRecord.self)
      for (index, piece) in (step.pieces ?? []).enumerated() {
        buffer.storeBytes(
          of: Piece(pa: piece.pa, length: piece.length),
          toByteOffset: size + index * MemoryLayout<Piece>.size, as: Piece.self)
      }
      do throws(ScenarioError) {
        try body(UnsafeRawBufferPointer(buffer))
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  /// Takes bytes apart again.
  static func forEach(
    _ bytes: UnsafeRawBufferPointer,
    _ body: (StepRecord, [ScatterPiece]) throws(ScenarioError) -> Void
  ) throws(ScenarioError) {
    var offset = 0
    while offset < bytes.count {
      let record = bytes.loadUnaligned(fromByteOffset: offset, as: StepRecord.self)
      offset += MemoryLayout<StepRecord>.size
      var pieces: [ScatterPiece] = []
      for _ in 0..<record.pieces {
        let piece = bytes.loadUnaligned(fromByteOffset: offset, as: Piece.self)
        pieces.append(ScatterPiece(pa: piece.pa, length: piece.length))
        offset += MemoryLayout<Piece>.size
      }
      try body(record, pieces)
    }
  }
}
