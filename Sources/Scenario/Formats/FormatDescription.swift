// SPDX-License-Identifier: GPL-2.0-only

/// Everything that the harness knows of a page-table format. A new format is one file with a type
/// that conforms to this, and a line in FormatTable.swift. The implementations know formats on
/// their own and share nothing with these.
protocol FormatDescription: Sendable {
  /// The subject ABI's number, `enum iopt_format`; formats are numbered without gaps.
  static var number: UInt32 { get }
  /// The word that stands for the format in scenario text.
  static var name: StaticString { get }
  /// Whether the `domain` line carries `top=`.
  static var takesTop: Bool { get }
  /// The features that text accepts for this format beside those of all formats.
  static var ownFeatures: Features { get }

  // What the contract depends on; see `Format`.

  static var outputMask: UInt64 { get }
  static var tracksDirt: Bool { get }
  static func grows(_ features: Features) -> Bool
  static func encrypts(_ features: Features) -> Bool
  static func forcesWriting(_ features: Features) -> Bool

  /// What a reader must know whose domain initialisation refused with `errno`; nil for nothing.
  static func openingHint(_ errno: Int32, _ build: Build, _ kernel: Kernel) -> String?

  // Configurations worth making. Compact inputs and the generator choose from these.

  /// The widths that a reader expects of a domain of this format.
  static var plainWidths: Widths { get }
  /// An input width and a top level that initialisation accepts together with `features`; `index`
  /// is 0 to 15, where most stand for what drivers use.
  static func compactShape(_ index: UInt64, _ features: Features) -> Shape
  /// The output width that is for this format what is rare.
  static var rareOutputWidth: UInt8 { get }
  /// The features that a compact input asks for, those of flushing left out; nearly always ones
  /// that its build accepts.
  static func compactFeatures(_ choices: CompactChoices) -> Features
  /// Whether the production build flushes either way, with gaps and without; the debug build does.
  static var flushesEitherWay: Bool { get }
  /// The sizes that one table entry may translate, one bit each. Bounds the work of an input.
  static var entrySizes: UInt64 { get }

  static var kernelUnitTests: [NamedConfiguration] { get }
  static var furtherConfigurations: [NamedConfiguration] { get }
  static var measuredConfigurations: [MeasuredConfiguration] { get }

  // Table words, by the hardware's specification.

  /// Reads `word`, without its encryption bit, at `level` (0: the last). 0 is empty in every format.
  static func entry(_ word: UInt64, level: Int) -> TableEntry
  /// What the bits of a word are called in reports, from low to high.
  static var flags: [(bit: UInt64, name: String)] { get }
  /// What a word says in more than one bit, beside its address; nil for nothing.
  static func remark(_ word: UInt64, level: Int) -> String?
  /// The bits of a leaf that say rights, memory type and snooping, and what they are where a mapping
  /// asks for `prot` (`enum iopt_prot` bits), with these features in force.
  static func attributes(_ prot: UInt32, _ features: Features) -> (mask: UInt64, wanted: UInt64)
}

/// The widths of a `domain` line, bits, and its top level.
typealias Widths = (va: UInt8, oa: UInt8, top: UInt32?)

/// An input width, bits, and the top level that goes with it.
typealias Shape = (va: UInt8, top: UInt32?)

/// What most formats have in common.
extension FormatDescription {
  static var ownFeatures: Features { [] }
  static var tracksDirt: Bool { false }
  static func grows(_ features: Features) -> Bool { features.contains(.dynamicTop) }
  static func encrypts(_ features: Features) -> Bool { false }
  static func forcesWriting(_ features: Features) -> Bool { false }
  static func openingHint(_ errno: Int32, _ build: Build, _ kernel: Kernel) -> String? { nil }

  static var rareOutputWidth: UInt8 { 32 }
  static var flushesEitherWay: Bool { false }
  /// One size a level.
  static var entrySizes: UInt64 { 1 << 12 | 1 << 21 | 1 << 30 }

  static func attributes(_ prot: UInt32, _ features: Features) -> (mask: UInt64, wanted: UInt64) {
    (0, 0)
  }

  static var kernelUnitTests: [NamedConfiguration] { [] }
  static var furtherConfigurations: [NamedConfiguration] { [] }
  static var measuredConfigurations: [MeasuredConfiguration] { [] }

  static func remark(_ word: UInt64, level: Int) -> String? { nil }
}
