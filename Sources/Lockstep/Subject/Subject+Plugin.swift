// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import SubjectABI

/// Why a subject cannot be had. Its description is one line.
public struct SubjectError: Error, Equatable, CustomStringConvertible {
  public let description: String
}

extension Subject {
  /// Loads a plug-in: a shared object that exports `iopt_subject_entry`. It stays loaded.
  static func loadPlugin(_ path: String) throws(SubjectError) -> Subject {
    guard path.contains("/") || path.hasSuffix(".so") else {
      throw SubjectError(
        description:
          "subject '\(path)': expected swift, reference or the path of a shared object (PATH.so)")
    }
    guard access(path, F_OK) == 0 else {
      throw SubjectError(description: "subject '\(path)': no such file")
    }
    // A name without a slash would be looked up in the library path instead.
    let file = path.contains("/") ? path : "./" + path
    guard let handle = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
      throw SubjectError(description: "subject '\(path)': cannot be loaded: \(loaderMessage())")
    }
    guard let symbol = dlsym(handle, IOPT_SUBJECT_SYMBOL) else {
      dlclose(handle)
      throw SubjectError(
        description: "subject '\(path)': does not export '\(IOPT_SUBJECT_SYMBOL)'")
    }
    let entry = unsafeBitCast(
      symbol, to: (@convention(c) () -> UnsafePointer<iopt_subject>?).self)
    guard let table = entry() else {
      dlclose(handle)
      throw SubjectError(
        description: "subject '\(path)': '\(IOPT_SUBJECT_SYMBOL)' returned no subject")
    }
    if let fault = fault(in: table) {
      dlclose(handle)
      throw SubjectError(description: "subject '\(path)': \(fault)")
    }
    return Subject(table: table, specification: path)
  }

  /// What keeps this harness from using the subject, or nil.
  private static func fault(in table: UnsafePointer<iopt_subject>) -> String? {
    // The two first members have the same place in every version.
    guard table.pointee.abi_version == UInt32(IOPT_ABI_VERSION) else {
      return "built for subject ABI version \(table.pointee.abi_version), "
        + "this is version \(IOPT_ABI_VERSION)"
    }
    let needed = MemoryLayout<iopt_subject>.size
    guard Int(table.pointee.size) >= needed else {
      return "its iopt_subject has \(table.pointee.size) bytes, expected \(needed)"
    }
    guard table.pointee.name != nil, table.pointee.open != nil, table.pointee.run != nil,
      table.pointee.close != nil
    else {
      return "its iopt_subject lacks a name, open, run or close"
    }
    return nil
  }

  private static func loaderMessage() -> String {
    guard let message = dlerror() else { return "no reason given" }
    return String(cString: message)
  }
}
