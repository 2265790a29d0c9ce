// SPDX-License-Identifier: GPL-2.0-only

/// A page-table format: a line of `formatTable`. What is known of it is in its own file, one
/// ``FormatDescription`` each; everything else asks here.
public struct Format: RawRepresentable, Codable, Hashable, CaseIterable, Sendable {
  /// The subject ABI's number, `enum iopt_format`.
  public let rawValue: UInt32

  /// nil for a number that no format has.
  public init?(rawValue: UInt32) {
    guard rawValue < UInt32(formatTable.count) else { return nil }
    self.rawValue = rawValue
  }

  init(_ description: any FormatDescription.Type) { rawValue = description.number }

  /// Every format, by number.
  public static let allCases = formatTable.map { Format($0) }

  var facts: any FormatDescription.Type { formatTable[Int(rawValue)] }
}

extension Format: CustomStringConvertible {
  /// The word that stands for the format in scenario text.
  public var name: StaticString { facts.name }

  public var description: String { "\(name)" }

  /// All names, for a reader: `a, b or c`.
  public static let names: String = {
    let words = allCases.map(\.description)
    return words.dropLast().joined(separator: ", ") + " or " + words.last!
  }()
}

// What the `domain` line and the contract depend on.
extension Format {
  /// Whether the `domain` line carries `top=`; a format that takes it requires it.
  public var takesTop: Bool { facts.takesTop }

  /// The features that version 1 of the language has for this format.
  public var expressibleFeatures: Features { expressibleFeatures(of: nil) }

  /// The features that scenario text accepts for this format with `kernel=`; nil: in version 1.
  public func expressibleFeatures(of kernel: Kernel?) -> Features {
    let all = facts.ownFeatures.union(.common)
    return (kernel ?? .linux7_1) < .linux7_2 ? all.subtracting(.sinceLinux7_2) : all
  }

  /// The bits of an output address that a table word can hold, and all below them.
  public var outputMask: UInt64 { facts.outputMask }

  /// Whether hardware marks what it wrote, as far as the page table tracks it.
  public var tracksDirt: Bool { facts.tracksDirt }

  /// Whether the top grows as what is mapped demands, with these features in force.
  public func grows(_ features: Features) -> Bool { facts.grows(features) }

  /// Whether table words carry the encryption bit, with these features in force.
  public func encrypts(_ features: Features) -> Bool { facts.encrypts(features) }

  /// Whether mappings that forbid writing are refused, with these features in force.
  public func forcesWriting(_ features: Features) -> Bool { facts.forcesWriting(features) }

  /// What a reader must know whose domain initialisation refused with `errno` (positive) in this
  /// build of a release; nil for nothing.
  public func openingHint(_ errno: Int32, _ build: Build, _ kernel: Kernel) -> String? {
    facts.openingHint(errno, build, kernel)
  }
}

// Configurations that are worth running.
extension Format {
  /// The shapes that the kernel's own unit tests take: the widths, levels and features of the
  /// format's list (`kunit_fmt_cfgs`), and all else that its debug build can express.
  public var kernelUnitTests: [NamedConfiguration] { facts.kernelUnitTests }

  /// What drivers run, and shapes that the list above leaves out: production builds, coherent
  /// walkers, encryption, a narrowed page-size bitmap, other ways of flushing.
  public var furtherConfigurations: [NamedConfiguration] { facts.furtherConfigurations }

  /// What the benchmark measures.
  public var measuredConfigurations: [MeasuredConfiguration] { facts.measuredConfigurations }
}
