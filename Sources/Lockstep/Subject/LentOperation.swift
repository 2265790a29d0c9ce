// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import SubjectABI

/// An operation as a plug-in gets it: a copy, pieces included, so that what a plug-in writes there is
/// seen, and reaches neither the other side nor who judges.
struct LentOperation: ~Copyable {
  private let operation: UnsafeMutablePointer<iopt_op>
  private var pieces: UnsafeMutableBufferPointer<iopt_piece>

  init() {
    operation = .allocate(capacity: 1)
    operation.initialize(to: iopt_op())
    pieces = .allocate(capacity: 16)
  }

  deinit {
    operation.deallocate()
    pieces.deallocate()
  }

  /// The copy, valid until the next call.
  mutating func lend(_ own: UnsafePointer<iopt_op>) -> UnsafePointer<iopt_op> {
    memcpy(operation, own, MemoryLayout<iopt_op>.size)
    if let list = own.pointee.pieces {
      let count = Int(own.pointee.piece_count)
      if count > pieces.count {
        pieces.deallocate()
        pieces = .allocate(capacity: count)
      }
      memcpy(pieces.baseAddress!, list, count * MemoryLayout<iopt_piece>.stride)
      operation.pointee.pieces = UnsafePointer(pieces.baseAddress!)
    }
    return UnsafePointer(operation)
  }

  /// Whether what was lent last is as it was.
  func isAsLent(_ own: UnsafePointer<iopt_op>) -> Bool {
    if let list = own.pointee.pieces {
      guard let lent = operation.pointee.pieces, lent == pieces.baseAddress! else { return false }
      operation.pointee.pieces = list
      let bytes = Int(own.pointee.piece_count) * MemoryLayout<iopt_piece>.stride
      guard memcmp(lent, list, bytes) == 0 else { return false }
    }
    return memcmp(operation, own, MemoryLayout<iopt_op>.size) == 0
  }
}
