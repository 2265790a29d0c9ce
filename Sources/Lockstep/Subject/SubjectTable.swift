// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage
import SubjectABI

/// What a subject exports, read as far as the sizes in it reach: members that its version of the
/// ABI lacks are null, those that ours lacks are left alone.
struct SubjectTable {
  /// What keeps this harness from using a subject.
  struct Fault: Error {
    let text: String
  }

  let members: iopt_subject
  let capabilities: Capabilities
  /// False when the subject states no capabilities: it is taken for one of version 1's language.
  let statesCapabilities: Bool

  init(_ given: UnsafePointer<iopt_subject>) throws(Fault) {
    // The two first members have the same place in every version.
    let version = given.pointee.abi_version
    guard version >= 1 else {
      throw Fault(text: "built for subject ABI version \(version), expected 1 or later")
    }
    let size = given.pointee.size
    guard size >= IOPT_SUBJECT_SIZE_1 else {
      throw Fault(
        text: "its iopt_subject has \(size) bytes, expected at least \(IOPT_SUBJECT_SIZE_1)")
    }
    members = boundedCopy(given, size: size, empty: iopt_subject())
    guard members.name != nil, members.open != nil, members.run != nil, members.close != nil else {
      throw Fault(text: "its iopt_subject lacks a name, open, run or close")
    }
    statesCapabilities = members.capabilities != nil
    capabilities = try members.capabilities.map(Self.read) ?? .version1
  }

  private static func read(
    _ given: UnsafePointer<iopt_capabilities>
  ) throws(Fault) -> Capabilities {
    let size = given.pointee.size
    guard size >= IOPT_CAPABILITIES_SIZE_2 else {
      throw Fault(
        text: "its iopt_capabilities has \(size) bytes, expected at least"
          + " \(IOPT_CAPABILITIES_SIZE_2)")
    }
    let stated = boundedCopy(given, size: size, empty: iopt_capabilities())
    guard Capabilities.isConsistent(stated) else {
      throw Fault(text: "its iopt_capabilities has a least width above the largest")
    }
    return Capabilities(stated)
  }
}

/// The first `size` bytes of what is at `given`, as much as there is room for; `empty` behind them.
private func boundedCopy<Value: BitwiseCopyable>(
  _ given: UnsafePointer<Value>, size: UInt32, empty: Value
) -> Value {
  var copy = empty
  let count = min(Int(size), MemoryLayout<Value>.size)
  withUnsafeMutableBytes(of: &copy) { _ = memcpy($0.baseAddress!, given, count) }
  return copy
}
