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
    guard let stated = entry() else {
      dlclose(handle)
      throw SubjectError(
        description: "subject '\(path)': '\(IOPT_SUBJECT_SYMBOL)' returned no subject")
    }
    let table: SubjectTable
    do throws(SubjectTable.Fault) {
      table = try SubjectTable(stated)
    } catch {
      dlclose(handle)
      throw SubjectError(description: "subject '\(path)': \(error.text)")
    }
    return Subject(table: table, specification: path, isPlugin: true)
  }

  private static func loaderMessage() -> String {
    guard let message = dlerror() else { return "no reason given" }
    return String(cString: message)
  }
}
