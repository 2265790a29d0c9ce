// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// Scenarios that were made up are changed to what a subject can do: what is not there is replaced
// where something like it is, and dropped where the rest means something without it.

/// What became of the lines of a scenario.
public enum NarrowedLines: Equatable, Sendable {
  /// They can be run; perhaps they were changed.
  case kept
  /// There is no way to do without this.
  case leftOut(Need)
}

extension Capabilities {
  /// Changes the `domain` and `dma` lines to what can be done. `note` is told of each need that was
  /// changed away.
  public func narrow(
    _ domain: inout DomainConfiguration, _ dma: inout DMAConfiguration?, _ note: (Need) -> Void
  ) -> NarrowedLines {
    if let need = narrowShape(&domain, note) { return .leftOut(need) }
    if let need = narrowRelease(&domain, note) { return .leftOut(need) }
    narrowDetails(&domain, note)
    if let need = narrowRevision(&domain, note) { return .leftOut(need) }
    return narrow(&dma, note).map(NarrowedLines.leftOut) ?? .kept
  }

  /// The format and the build: another one takes a shape that goes with it, since widths, level and
  /// features of the old one would mostly be refused by initialisation.
  private func narrowShape(
    _ domain: inout DomainConfiguration, _ note: (Need) -> Void
  ) -> Need? {
    let old = domain
    if !meet(.format(old.format)) {
      let others = Format.allCases.filter { meet(.format($0)) }
      guard !others.isEmpty else { return .format(old.format) }
      domain.format = others[Int(old.format.rawValue) % others.count]
      note(.format(old.format))
    }
    if !meet(.build(old.build)) {
      domain.build = old.build == .debug ? .production : .debug
      guard meet(.build(domain.build)) else { return .build(old.build) }
      note(.build(old.build))
    }
    if domain.format == old.format, domain.build == old.build { return nil }
    domain = DomainConfiguration(usual: domain.format, domain.build, like: old)
    return nil
  }

  /// Another release knows other features.
  private func narrowRelease(
    _ domain: inout DomainConfiguration, _ note: (Need) -> Void
  ) -> Need? {
    if domain.hasSyncMap, !meet(.syncMap) {
      domain.hasSyncMap = false
      note(.syncMap)
    }
    if let policy = domain.policy, !meet(.policy(policy)) {
      domain.policy = nil
      note(.policy(policy))
    }
    guard let asked = domain.kernel, !meet(.kernel(asked)) else { return nil }
    let other = Kernel.allCases.last { meet(.kernel($0)) }
    // Whoever knows version 1's words only is asked in those.
    let isVersion1 = meetsNoRelease && (other == nil || !runs(IOPT_OP_DMA_MAP_PHYS.rawValue))
    guard isVersion1 || other != nil else { return .kernel(asked) }
    domain.kernel = isVersion1 ? nil : other
    if isVersion1 { (domain.hasSyncMap, domain.policy, domain.driver) = (false, nil, nil) }
    domain.features.formIntersection(domain.format.expressibleFeatures(of: domain.kernel))
    note(.kernel(asked))
    return nil
  }

  /// A domain that names no release, which is one of version 1, can be opened.
  private var meetsNoRelease: Bool { kernels >> IOPT_KERNEL_UNSAID.rawValue & 1 == 1 }

  private func narrowDetails(_ domain: inout DomainConfiguration, _ note: (Need) -> Void) {
    let required = requiredFeatures.intersection(domain.format.expressibleFeatures)
    for bit in 0..<UInt32.bitWidth {
      let feature = Features(rawValue: 1 << UInt32(bit))
      if domain.features.contains(feature), !features.contains(feature) { note(.feature(feature)) }
      if required.contains(feature), !domain.features.contains(feature) { note(.without(feature)) }
    }
    domain.features = domain.features.intersection(features).union(required)
    domain.va = Self.clamp(domain.va, inputWidths) { note(.inputWidth($0)) }
    domain.oa = Self.clamp(domain.oa, outputWidths) { note(.outputWidth($0)) }
    if domain.pageSizes != nil, !meet(.pageSizes) {
      domain.pageSizes = nil
      note(.pageSizes)
    }
    if domain.encryptionBit != nil, !meet(.encryptionBit) {
      domain.encryptionBit = nil
      note(.encryptionBit)
    }
  }

  private static func clamp(
    _ width: UInt8, _ widths: ClosedRange<UInt8>, _ note: (UInt8) -> Void
  ) -> UInt8 {
    if !widths.contains(width) { note(width) }
    return min(max(width, widths.lowerBound), widths.upperBound)
  }

  private func narrowRevision(
    _ domain: inout DomainConfiguration, _ note: (Need) -> Void
  ) -> Need? {
    let asked = domain.gather ?? .merged
    if meet(.revision(asked)) { return nil }
    guard let other = GatherRevision.allCases.first(where: { meet(.revision($0)) }) else {
      return .revision(asked)
    }
    domain.gather = other == .merged ? nil : other
    note(.revision(asked))
    return nil
  }

  private func narrow(_ dma: inout DMAConfiguration?, _ note: (Need) -> Void) -> Need? {
    if dma != nil, !meet(.dmaLayer) {
      dma = nil
      note(.dmaLayer)
    }
    guard var line = dma else { return meet(.pageTableLayer) ? nil : .pageTableLayer }
    let asked = line
    if !meet(.queue(line.queue)) { line.queue = line.queue == .single ? .perCPU : .single }
    if !meet(.mode(line.mode)) { line.mode = line.mode == .strict ? .flushQueue : .strict }
    if let need = [Need.queue(line.queue), .mode(line.mode)].first(where: { !meet($0) }) {
      return need
    }
    if line.queue != asked.queue { note(.queue(asked.queue)) }
    if line.mode != asked.mode { note(.mode(asked.mode)) }
    if !meet(.cpus(line.cpus)) {
      line.cpus = cpus
      note(.cpus(asked.cpus))
    }
    if line.pci32, !meet(.pci32) {
      line.pci32 = false
      note(.pci32)
    }
    if line.magazine != nil, !meet(.magazine) {
      line.magazine = nil
      note(.magazine)
    }
    if line.failMagazine != nil, !meet(.failMagazine) {
      line.failMagazine = nil
      note(.failMagazine)
    }
    dma = line
    return nil
  }

  /// Changes an operation to what can be done; false when it has to be left out.
  @inline(__always)
  func narrow(_ operation: inout iopt_op, _ note: (Need) -> Void) -> Bool {
    guard runs(operation.kind) else {
      note(.operation(operation.kind))
      return false
    }
    let unknown = operation.prot & ~protections.rawValue
    if unknown != 0 {
      operation.prot &= protections.rawValue
      note(.protection(Protection(rawValue: unknown)))
    }
    let unnamed = operation.attrs & ~attributes
    if unnamed != 0 {
      operation.attrs &= attributes
      note(.attributes(DMAAttributes(rawValue: unnamed)))
    }
    if operation.has_limit != 0, !options.contains(.limit) {
      (operation.has_limit, operation.limit) = (0, 0)
      note(.limit)
    }
    return true
  }
}

extension DomainConfiguration {
  /// A shape that the format's initialisation takes, chosen among several by what `old` is like; what
  /// goes with every format stays.
  init(usual format: Format, _ build: Build, like old: DomainConfiguration) {
    var word = format.marked(in: (build == .debug ? 1 : 0) << 10)
    word |= UInt64(old.va & 0xf) << 16 | UInt64(old.oa & 7) << 24
    word |= UInt64(old.features.rawValue & 0xf) << 32
    self.init(compact: word)
    pageSizes = old.pageSizes
    encryptionBit = old.encryptionBit
    gather = old.gather
    kernel = old.kernel
    hasSyncMap = old.hasSyncMap
    policy = old.policy
    driver = old.driver
    if let kernel {
      if kernel >= .linux7_2, format == .riscv64, build == .production {
        features.insert(.detailedGather)
      }
      features.formIntersection(format.expressibleFeatures(of: kernel))
    }
  }
}
