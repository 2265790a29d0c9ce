// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import SubjectABI

extension Subject {
  /// Does nothing and says that it is done: what is measured of it is the call.
  public static let empty: Subject = {
    let table = UnsafeMutablePointer<iopt_subject>.allocate(capacity: 1)
    table.initialize(to: iopt_subject())
    table.pointee.size = UInt32(MemoryLayout<iopt_subject>.size)
    table.pointee.abi_version = UInt32(IOPT_ABI_VERSION)
    table.pointee.name = UnsafePointer(strdup("empty"))
    table.pointee.open = { _, _, state in
      state!.pointee = UnsafeMutableRawPointer(state)
      return IOPT_DONE.rawValue
    }
    table.pointee.run = { _, _ in IOPT_DONE.rawValue }
    table.pointee.close = { _ in }
    guard let read = try? SubjectTable(table) else { fatalError("the empty subject is not whole") }
    return Subject(table: read, specification: "empty", isPlugin: false)
  }()
}
