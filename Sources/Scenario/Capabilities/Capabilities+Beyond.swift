// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension Capabilities {
  /// What these state that others do not: each is what a subject with the others is said to lack.
  /// Releases are not among it: see ``releases``.
  public func beyond(_ other: Capabilities) -> [String] {
    var words = Self.needs.filter { meet($0) && !other.meet($0) }.map(\.description)
    let attributes = DMAAttributes(rawValue: attributes & ~other.attributes)
    words += DMAAttributes.names.indices
      .filter { attributes.rawValue >> $0 & 1 == 1 }.map { "attrs=\(DMAAttributes.names[$0])" }
    words += Self.widths("va", inputWidths, other.inputWidths)
    words += Self.widths("oa", outputWidths, other.outputWidths)
    if cpus > other.cpus { words.append("more than \(other.cpus) cpus=") }
    if logsStores, !other.logsStores { words.append("store records") }
    return words
  }

  /// As ``beyond(_:)``, what the bench puts in the kernel's place: older revisions, policies and
  /// magazines of another size. No version of the kernel's own code has a choice there.
  public func choicesBeyond(_ other: Capabilities) -> [String] {
    // A side for which one was chosen takes scenarios of any.
    let isChosen = revisions == .max || other.revisions == .max
    return (Self.choices + (isChosen ? [] : Self.revisions))
      .filter { meet($0) && !other.meet($0) }.map(\.description)
  }

  /// The releases that are stated, in their order.
  public var releases: [Kernel] { Kernel.allCases.filter { meet(.kernel($0)) } }

  private static let needs: [Need] = {
    var needs = Format.allCases.map { Need.format($0) }
    needs += [.build(.production), .build(.debug)]
    let features = Features.names.indices.map { Features(rawValue: 1 << UInt32($0)) }
    needs += features.map { .feature($0) } + features.map { .without($0) }
    needs += [.pageSizes, .encryptionBit, .pageTableLayer, .dmaLayer, .pci32, .syncMap, .limit]
    needs += [.queue(.perCPU), .queue(.single), .mode(.strict), .mode(.flushQueue)]
    needs += (IOPT_OP_MAP.rawValue..<IOPT_OP_KINDS_2.rawValue).map { .operation($0) }
    let letters = Protection.letters.utf8CodeUnitCount
    return needs + (0..<letters).map { .protection(Protection(rawValue: 1 << UInt32($0))) }
  }()

  private static let choices: [Need] =
    [.magazine, .failMagazine] + Policy.allCases.map { .policy($0) }

  private static let revisions = GatherRevision.allCases.map { Need.revision($0) }

  /// Widths of one range that the other has not, below it and above.
  private static func widths(
    _ name: String, _ own: ClosedRange<UInt8>, _ other: ClosedRange<UInt8>
  ) -> [String] {
    var words: [String] = []
    if own.lowerBound < other.lowerBound { words.append("\(name)= below \(other.lowerBound)") }
    if own.upperBound > other.upperBound { words.append("\(name)= above \(other.upperBound)") }
    return words
  }
}
