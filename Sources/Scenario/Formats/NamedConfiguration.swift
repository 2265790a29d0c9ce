// SPDX-License-Identifier: GPL-2.0-only

/// A configuration that suites and sweeps run on, by a name for reports.
public struct NamedConfiguration: Sendable, CustomStringConvertible {
  /// The format's name and what is special, and the `domain` line.
  public let name: String
  public let domain: DomainConfiguration

  public var description: String { name }

  /// `name` follows the format's own.
  init(
    _ format: any FormatDescription.Type, _ name: String, va: UInt8, oa: UInt8,
    _ features: Features, top: UInt32? = nil, bit: UInt8? = nil, pageSizes: UInt64? = nil,
    build: Build = .production
  ) {
    self.name = name.isEmpty ? "\(format.name)" : "\(format.name) \(name)"
    domain = DomainConfiguration(
      format: Format(format), va: va, oa: oa, features: features, top: top, pageSizes: pageSizes,
      encryptionBit: bit, build: build)
  }

  private init(name: String, domain: DomainConfiguration) {
    (self.name, self.domain) = (name, domain)
  }

  /// The same with a release. Debug builds have what it knows beyond the older ones: levels in
  /// gathers, and memory types where the format has them.
  func with(_ kernel: Kernel) -> NamedConfiguration {
    var domain = domain.with(kernel)
    if domain.build == .debug {
      let newer = domain.format.expressibleFeatures(of: kernel)
      domain.features.formUnion(newer.intersection(.sinceLinux7_2))
    }
    return NamedConfiguration(name: "\(name) \(kernel.name)", domain: domain)
  }
}

/// A configuration that the benchmark measures, and with which pages.
public struct MeasuredConfiguration: Sendable {
  /// The domain.
  public let configuration: NamedConfiguration
  /// Page sizes, log2 bytes.
  public let pages: [UInt64]
}

/// The configurations that every suite and every sweep runs on: those of each format.
public enum StandardConfigurations {
  /// The shapes that the kernel's own unit tests take.
  public static let kernelUnitTests = Format.allCases.flatMap(\.kernelUnitTests)

  /// What drivers run, and shapes that the list above leaves out.
  public static let further = Format.allCases.flatMap(\.furtherConfigurations)

  /// Both.
  public static let all = kernelUnitTests + further

  /// Both, with a release; nil: in version 1 of the language, which means 7.1.
  public static func all(of kernel: Kernel?) -> [NamedConfiguration] {
    guard let kernel else { return all }
    return all.map { $0.with(kernel) }
  }
}
