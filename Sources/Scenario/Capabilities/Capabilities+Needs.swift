// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension Capabilities {
  /// Whether a subject can do this.
  public func meet(_ need: Need) -> Bool {
    switch need {
    case .format(let format): Self.has(formats, format.rawValue)
    case .build(let build): Self.has(builds, build.rawValue)
    case .revision(let revision): Self.has(revisions, revision.rawValue)
    case .feature(let feature): features.contains(feature)
    case .without(let feature): requiredFeatures.isDisjoint(with: feature)
    case .inputWidth(let bits): inputWidths.contains(bits)
    case .outputWidth(let bits): outputWidths.contains(bits)
    case .pageSizes: options.contains(.pageSizes)
    case .encryptionBit: options.contains(.encryptionBit)
    case .dmaLayer: layers.contains(.dma)
    case .pageTableLayer: layers.contains(.pageTable)
    case .queue(let kind): Self.has(queues, kind.rawValue)
    case .mode(let mode): Self.has(modes, mode.rawValue)
    case .cpus(let count): count <= cpus
    case .pci32: options.contains(.pci32)
    case .operation(let kind): runs(kind)
    case .protection(let bits): protections.isSuperset(of: bits)
    case .kernel(let kernel): Self.has(kernels, kernel.rawValue)
    case .policy(let policy): policy == .generic || options.contains(.policy)
    case .syncMap: options.contains(.syncMap)
    case .magazine: options.contains(.magazine)
    case .failMagazine: options.contains(.failMagazine)
    case .attributes(let bits): bits.rawValue & ~attributes == 0
    case .limit: options.contains(.limit)
    }
  }

  /// Whether an operation of this kind (`enum iopt_op_kind`) is run, by the subject or by the host.
  @inline(__always)
  func runs(_ kind: UInt32) -> Bool {
    (operations | Self.ofTheHost) >> UInt64(kind & 63) & 1 == 1 && kind < 64
  }

  private static let ofTheHost: UInt64 =
    1 << UInt64(IOPT_OP_FAIL_ALLOC.rawValue) | 1 << UInt64(IOPT_OP_FAIL_FQ.rawValue)

  private static func has(_ mask: UInt32, _ number: UInt32) -> Bool {
    number < 32 && mask >> number & 1 == 1
  }

  /// The first thing in the `domain` and `dma` lines that a subject cannot do; nil when it can do
  /// them as they stand.
  public func firstUnmet(
    _ domain: DomainConfiguration, _ dma: DMAConfiguration? = nil
  ) -> Need? {
    Need.all(of: domain, dma).first { !meet($0) }
  }

  /// Nothing that can be said is out of reach.
  public var coverLanguage: Bool { intersection(.language).sameLanguage(as: .language) }

  private func sameLanguage(as other: Capabilities) -> Bool {
    var own = self
    own.logsStores = other.logsStores
    own.services = other.services
    own.points = other.points
    own.runsAnyRelease = other.runsAnyRelease
    own.operations = (operations | Self.ofTheHost) & other.operations
    return own == other
  }

  /// What both can do.
  public func intersection(_ other: Capabilities) -> Capabilities {
    var both = self
    both.logsStores = logsStores && other.logsStores
    both.formats &= other.formats
    both.features.formIntersection(other.features)
    both.requiredFeatures.formUnion(other.requiredFeatures)
    both.builds &= other.builds
    both.revisions &= other.revisions
    both.kernels &= other.kernels
    both.layers.formIntersection(other.layers)
    both.options.formIntersection(other.options)
    both.operations = (operations | Self.ofTheHost) & (other.operations | Self.ofTheHost)
    both.protections.formIntersection(other.protections)
    both.attributes &= other.attributes
    both.queues &= other.queues
    both.modes &= other.modes
    both.cpus = min(cpus, other.cpus)
    both.services.formIntersection(other.services)
    both.points &= other.points
    both.inputWidths = Self.overlap(inputWidths, other.inputWidths)
    both.outputWidths = Self.overlap(outputWidths, other.outputWidths)
    return both
  }

  /// What lies in both ranges. Where nothing does, the second one: then either subject refuses.
  private static func overlap(
    _ one: ClosedRange<UInt8>, _ other: ClosedRange<UInt8>
  ) -> ClosedRange<UInt8> {
    one.overlaps(other) ? one.clamped(to: other) : other
  }
}

extension Need {
  /// All that the `domain` and `dma` lines ask for.
  static func all(of domain: DomainConfiguration, _ dma: DMAConfiguration?) -> [Need] {
    var needs: [Need] = [
      .format(domain.format), .build(domain.build), .revision(domain.gather ?? .merged),
      .inputWidth(domain.va), .outputWidth(domain.oa),
    ]
    for bit in 0..<UInt32.bitWidth {
      let feature = Features(rawValue: 1 << UInt32(bit))
      if domain.features.contains(feature) {
        needs.append(.feature(feature))
      } else if domain.format.expressibleFeatures(of: domain.kernel).contains(feature) {
        needs.append(.without(feature))
      }
    }
    if domain.pageSizes != nil { needs.append(.pageSizes) }
    if domain.encryptionBit != nil { needs.append(.encryptionBit) }
    if let kernel = domain.kernel { needs.append(.kernel(kernel)) }
    if domain.hasSyncMap { needs.append(.syncMap) }
    if let policy = domain.policy { needs.append(.policy(policy)) }
    guard let dma else { return needs + [.pageTableLayer] }
    needs += [.dmaLayer, .queue(dma.queue), .mode(dma.mode), .cpus(dma.cpus)]
    if dma.pci32 { needs.append(.pci32) }
    if dma.magazine != nil { needs.append(.magazine) }
    if dma.failMagazine != nil { needs.append(.failMagazine) }
    return needs
  }
}

extension Capabilities {
  /// What all of `parties` can do, of the language. Where they have no release in common, those that
  /// run any are asked for any: two kernel trees of unlike releases, and one that is no release which
  /// the ABI has a number for.
  init(common parties: [Capabilities]) {
    self = parties.reduce(.language) { $0.intersection($1) }
    guard !namesRelease else { return }
    let bound = parties.filter { !($0.runsAnyRelease && !$0.namesRelease) }
    kernels = bound.reduce(Capabilities.language.kernels) { $0 & $1.kernels }
    if !namesRelease, parties.allSatisfy(\.runsAnyRelease) {
      kernels = Capabilities.language.kernels
    }
  }

  /// Whether there is a release that a scenario can name.
  private var namesRelease: Bool { Kernel.allCases.contains { meet(.kernel($0)) } }
}
