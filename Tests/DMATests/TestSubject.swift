// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Reference
import SubjectABI
import SwiftSubject

/// What every rule is tested on.
enum TestSubject: CaseIterable, Sendable {
  case swift
  case reference

  /// As the harness has it.
  var subject: Subject {
    switch self {
    case .swift: .swift
    case .reference: .reference
    }
  }

  /// As the ABI has it.
  var table: UnsafePointer<iopt_subject> {
    switch self {
    case .swift: swiftSubject()
    case .reference: iopt_reference_subject()
    }
  }
}
