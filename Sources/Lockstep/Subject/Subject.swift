// SPDX-License-Identifier: GPL-2.0-only
import Reference
import SubjectABI
import SwiftSubject

/// One implementation that can be run: a built-in one or a plug-in.
public struct Subject: @unchecked Sendable {
  /// Never written after loading, and valid as long as the process (plug-ins stay loaded).
  let table: UnsafePointer<iopt_subject>
  /// The word that stands for the subject in reports.
  public let name: String
  /// What `--subject` was given.
  public let specification: String

  /// The Swift implementation.
  public static let swift = Subject(table: swiftSubject(), specification: "swift")
  /// The C port.
  public static let reference = Subject(
    table: iopt_reference_subject(), specification: "reference")

  init(table: UnsafePointer<iopt_subject>, specification: String) {
    self.table = table
    self.specification = specification
    name = String(cString: table.pointee.name)
  }

  /// The subject's own description of its version.
  public var version: String { table.pointee.version.map { String(cString: $0) } ?? "" }

  /// Whether it tells the words that it writes. One that does not is compared without.
  public var logsStores: Bool { true }

  /// Why the last open or run was refused, when the subject says.
  var refusal: String {
    guard let reason = table.pointee.refusal?() else { return "no reason given" }
    return String(cString: reason)
  }

  /// Finds a subject by what a user types: `swift`, `reference`, or a path to a shared object.
  public static func named(_ specification: String) throws(SubjectError) -> Subject {
    switch specification {
    case "swift": .swift
    case "reference": .reference
    default: try loadPlugin(specification)
    }
  }
}
