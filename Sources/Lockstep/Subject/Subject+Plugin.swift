// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage
import SubjectABI

/// Why a subject cannot be had. Its description is one line.
public struct SubjectError: Error, Codable, Equatable, CustomStringConvertible {
  public let description: String

  init(description: String) { self.description = description.printable }
}

extension Subject {
  /// Loads the plug-in that a user named.
  static func loadPlugin(_ path: String) throws(SubjectError) -> Subject {
    guard path.contains("/") || path.hasSuffix(".so") else {
      throw SubjectError(
        description: "subject '\(path)': expected swift, reference, kernel:TREE or the path of a"
          + " shared object (PATH.so)")
    }
    // A name without a slash would be looked up in the library path instead.
    return try loadPlugin(path.contains("/") ? path : "./" + path, as: path)
  }

  /// Loads a plug-in, a shared object that exports `iopt_subject_entry`, as what reports call
  /// `name`. It stays loaded.
  static func loadPlugin(_ file: String, as name: String) throws(SubjectError) -> Subject {
    guard access(file, F_OK) == 0 else {
      throw SubjectError(description: "subject '\(name)': no such file")
    }
    guard let handle = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
      throw SubjectError(description: "subject '\(name)': cannot be loaded: \(loaderMessage())")
    }
    guard let symbol = dlsym(handle, IOPT_SUBJECT_SYMBOL) else {
      dlclose(handle)
      throw SubjectError(
        description: "subject '\(name)': does not export '\(IOPT_SUBJECT_SYMBOL)'")
    }
    let entry = unsafeBitCast(
      symbol, to: (@convention(c) () -> UnsafePointer<iopt_subject>?).self)
    guard let stated = entry() else {
      dlclose(handle)
      throw SubjectError(
        description: "subject '\(name)': '\(IOPT_SUBJECT_SYMBOL)' returned no subject")
    }
    let table: SubjectTable
    do throws(SubjectTable.Fault) {
      table = try SubjectTable(stated)
    } catch {
      dlclose(handle)
      throw SubjectError(description: "subject '\(name)': \(error.text)")
    }
    return Subject(table: table, specification: name, isPlugin: true, tree: treeText(handle))
  }

  /// What the shim puts into a plug-in that is a kernel tree's code, however its file is called.
  private static func treeText(_ handle: UnsafeMutableRawPointer) -> String? {
    dlsym(handle, "iopt_kernel_tree").map {
      let text = $0.assumingMemoryBound(to: CChar.self)
      let bytes = UnsafeRawBufferPointer(start: text, count: strnlen(text, 200))
      return String(decoding: bytes, as: UTF8.self).printable
    }
  }

  private static func loaderMessage() -> String {
    guard let message = dlerror() else { return "no reason given" }
    return String(cString: message)
  }
}
