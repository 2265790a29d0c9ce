// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Reference
import ScenarioLanguage
import SubjectABI
import SwiftSubject

/// One implementation that can be run: a built-in one or a plug-in.
public struct Subject: @unchecked Sendable {
  /// Never written after loading; what it points at is valid as long as the process (plug-ins stay
  /// loaded).
  let table: SubjectTable
  /// What `--subject` was given: how reports name the subject, so that two plug-ins that were built
  /// from the same sources are told apart.
  public let specification: String
  /// Whether its code was loaded, and whatever it writes has to be looked at.
  let isPlugin: Bool
  /// Whether it is a kernel tree: it runs every scenario as what the tree is.
  let isKernelTree: Bool
  /// What a tree is that is no release which has a number, and as what it is judged.
  let releaseNote: String?

  /// The Swift implementation.
  public static let swift = builtIn(swiftSubject(), "swift")
  /// The C port.
  public static let reference = builtIn(iopt_reference_subject(), "reference")

  /// `tree`: what a kernel tree's code says of its release, empty where that has a number; nil: it does
  /// not say that it is one.
  init(table: SubjectTable, specification: String, isPlugin: Bool, tree: String? = nil) {
    self.table = table
    self.specification = specification
    self.isPlugin = isPlugin
    isKernelTree = tree != nil || specification.hasPrefix(KernelSubject.prefix)
    releaseNote = tree == "" ? nil : tree
  }

  private static func builtIn(
    _ given: UnsafePointer<iopt_subject>, _ specification: String
  ) -> Subject {
    do {
      return Subject(table: try SubjectTable(given), specification: specification, isPlugin: false)
    } catch {
      fatalError("the built-in subject \(specification): \(error.text)")
    }
  }

  /// Whether it is one of the two that are part of this program.
  var isBuiltIn: Bool { !isPlugin }

  /// The word that stands for the subject in reports.
  public var name: String { specification }

  /// The name that the subject gives itself.
  public var ownName: String { String(cString: table.members.name) }

  /// The subject's own description of its version.
  public var version: String { table.members.version.map { String(cString: $0) } ?? "" }

  /// What it can do; one that does not say is taken for all of version 1's language.
  public var capabilities: Capabilities { table.capabilities }

  /// Whether it tells the words that it writes. One that does not is compared without.
  public var logsStores: Bool { capabilities.logsStores }

  /// Why the last open or run was refused, when the subject says; of a long text the beginning.
  var refusal: String {
    let none = "no reason given"
    guard let reason = table.members.refusal?() else { return none }
    let count = strnlen(reason, Self.mostOfReason + 1)
    let bytes = UnsafeRawBufferPointer(start: reason, count: min(count, Self.mostOfReason))
    let text = String(decoding: bytes, as: UTF8.self)
    if text.allSatisfy(\.isWhitespace) { return none }
    return text.printable + (count > Self.mostOfReason ? " ..." : "")
  }

  /// So many bytes of a reason are told: it stands in a line of a report.
  private static let mostOfReason = 300

  /// Finds a subject by what a user types: `swift`, `reference`, a path to a shared object, or
  /// `kernel:TREE`, which is built when it has to be.
  public static func named(_ specification: String) throws(SubjectError) -> Subject {
    switch specification {
    case "swift": .swift
    case "reference": .reference
    default:
      if let kernel = KernelSubject(subject: specification) {
        try loadPlugin(kernel.plugin(), as: specification)
      } else {
        try loadPlugin(specification)
      }
    }
  }
}
