// SPDX-License-Identifier: GPL-2.0-only

/// The word that stands for a record's kind after `=`, nil when the language has none for it.
public func observationWord(_ kind: UInt32) -> String? {
  RecordShape(kind: kind).map { "\($0.word)" }
}
