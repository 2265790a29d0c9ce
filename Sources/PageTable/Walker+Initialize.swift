// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension Walker {
  /// Works out what the domain offers, and allocates the top table.
  func initialize(_ configuration: borrowing iopt_config) -> Status {
    let asked = FeatureSet(rawValue: configuration.features)
    setFeatures(asked)
    let (input, output) = (state.pointee.inputLog2, state.pointee.outputLog2)
    guard input > 0, input <= Format.widestInput, output > 0 else { return .invalid }
    var limits = Limits(inputLog2: input, outputLog2: output)
    var status = Format.initialize(
      configuration, isDynamic: has(.dynamicTop), into: &limits)
    guard status == .done else { return status }
    state.pointee.inputLog2 = limits.inputLog2
    state.pointee.outputLog2 = limits.outputLog2
    state.pointee.top = TopTable(words: nil, level: limits.topLevel)
    guard output <= Format.widestOutput else { return .invalid }
    status = settleFeatures(asked)
    guard status == .done else { return status }
    state.pointee.outputLog2 = min(state.pointee.outputLog2, Format.widestOutput)
    if has(.signExtend), has(.fullVA) || has(.dynamicTop) { return .invalid }

    state.pointee.pageSizes = offeredSizes() & configuration.pgsizes
    settleCore()
    let reach = range(
      below: has(.dynamicTop)
        ? TopTable(words: nil, level: Format.highestLevel) : state.pointee.top)
    state.pointee.aperture = (reach.first, reach.last)
    let pa = allocateTop(level: limits.topLevel, isDeferred: false)
    guard pa != 0 else { return .noMemory }
    state.pointee.top.words = state.pointee.memory.words(at: pa)
    return .done
  }

  private func setFeatures(_ features: FeatureSet) {
    state.pointee.features = features
    state.pointee.effective =
      features.intersection(accepted).union(Build.checks ? Format.forcedFeatures : insisted)
    let feature = Format.encryptionFeature
    let encrypts = !feature.isEmpty && has(feature)
    state.pointee.encryption = encrypts ? state.pointee.encryptionBit : 0
  }

  /// Features follow from the top; those that the build does not take are refused.
  private func settleFeatures(_ asked: FeatureSet) -> Status {
    var features = asked
    let top = state.pointee.top
    let whole = range(below: top)
    if !state.pointee.behaviours.contains(.keepsDynamicTop),
      top.level == Format.highestLevel || state.pointee.inputLog2 == whole.log2
    {
      features.remove(.dynamicTop)
    }
    if whole.log2 == 64 { features.insert(.fullVA) }
    setFeatures(features)
    if !features.isSubset(of: accepted) { return .notSupported }
    if !Build.checks, !features.isSuperset(of: insisted) { return .notSupported }
    if !has(.dynamicTop), top.level != Format.highestLevel {
      let widest = itemsLog2(level: top.level) + TableShape.itemLog2(level: top.level)
      if state.pointee.inputLog2 > widest { return .notSupported }
    }
    return .done
  }

  /// What follows from the page sizes for each map and unmap.
  private func settleCore() {
    let (sizes, behaviours) = (state.pointee.pageSizes, state.pointee.behaviours)
    let page = power(of: TableShape.pageLog2)
    state.pointee.smallPage =
      behaviours.contains(.asksForSmallPages) ? sizes & page : page
    state.pointee.refusesMappings = sizes == 0 && behaviours.contains(.warnsWithoutSizes)
    state.pointee.mapsPlainly = !state.pointee.refusesMappings && !state.pointee.hasSyncMap
  }

  /// The page sizes of every level that the domain has or may grow.
  private func offeredSizes() -> UInt64 {
    var sizes: UInt64 = 0
    let isDynamic = has(.dynamicTop)
    _ = range(below: state.pointee.top)
    for level in 0...(isDynamic ? Format.highestLevel : state.pointee.top.level) {
      if isDynamic, TableShape.itemLog2(level: level) >= state.pointee.inputLog2 { break }
      sizes |= Format.sizes(level: level, context)
    }
    sizes &= ones(below: state.pointee.outputLog2)
    guard state.pointee.behaviours.contains(.hidesHugeSizes) else { return sizes }
    return sizes & ones(below: state.pointee.inputLog2 - 1)
  }
}
