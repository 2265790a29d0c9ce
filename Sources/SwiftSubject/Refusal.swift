// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import SubjectABI

/// Why something was refused, in words, kept for the thread that asked.
enum Refusal {
  private static let capacity = 160

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key) { free($0) }
    precondition(status == 0, "no thread key for reasons: \(status)")
    return key
  }()

  /// Keeps `reason`, cut to what there is room for, until this thread's next refusal.
  static func keep(_ reason: String) {
    var text = reason
    let room = pthread_getspecific(key) ?? makeRoom()
    text.withUTF8 { bytes in
      let count = min(bytes.count, capacity - 1)
      if count > 0 { memcpy(room, bytes.baseAddress!, count) }
      room.storeBytes(of: 0, toByteOffset: count, as: UInt8.self)
    }
  }

  /// The reason that this thread kept last, as a C string.
  static var text: UnsafePointer<CChar> {
    UnsafePointer((pthread_getspecific(key) ?? makeRoom()).assumingMemoryBound(to: CChar.self))
  }

  private static func makeRoom() -> UnsafeMutableRawPointer {
    let room = calloc(1, capacity)!
    pthread_setspecific(key, room)
    return room
  }
}

extension Refusal {
  /// Says what is wrong with an operation that was not run.
  static func keep(_ operation: UnsafePointer<iopt_op>, hasLayer: Bool) {
    let size = operation.pointee.size
    if size < IOPT_OP_SIZE_1 {
      return keep("iopt_op has \(size) bytes, version 1 has \(IOPT_OP_SIZE_1)")
    }
    let kind = iopt_op_kind(rawValue: operation.pointee.kind)
    switch kind {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE:
      keep("prot=0x\(String(operation.pointee.prot, radix: 16)) has bits that are not known")
    case _ where !hasLayer && Ability.layerOperations.contains(kind):
      keep("operation kind=\(kind.rawValue) needs a DMA layer, the domain has none")
    case _ where Ability.isDriver(kind) && !Ability.reaches(operation):
      keep("iopt_op has \(size) bytes, version 2 has \(MemoryLayout<iopt_op>.size)")
    case _ where Ability.isDriver(kind) && operation.pointee.attrs > Ability.attributes:
      keep("attrs=0x\(String(operation.pointee.attrs, radix: 16)) has bits that are not known")
    case _ where Ability.isDriver(kind) && operation.pointee.has_limit > 1:
      keep("has_limit=\(operation.pointee.has_limit) is neither 0 nor 1")
    case _ where Ability.layerOperations.contains(kind):
      keep("dir=\(operation.pointee.dir) is not known")
    case _
    where Ability.tableOperations.contains(kind) && operation.pointee.gather < IOPT_GATHER_COUNT:
      keep("flag=\(operation.pointee.flag) is neither 0 nor 1")
    case _ where Ability.tableOperations.contains(kind):
      keep("gather=\(operation.pointee.gather) is no gather, there are \(IOPT_GATHER_COUNT)")
    default:
      keep("operation kind=\(kind.rawValue) is not known")
    }
  }
}
