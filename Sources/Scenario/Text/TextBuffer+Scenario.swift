// SPDX-License-Identifier: GPL-2.0-only

// Canonical text of scenarios, each statement with its line end.

extension TextBuffer {
  /// Appends a whole scenario, from its `iopt` line.
  public mutating func append(_ scenario: Scenario) {
    appendScenarioStart(version: scenario.domain.version)
    append(scenario.domain)
    if let dma = scenario.dma { append(dma) }
    for operation in scenario.operations { append(operation) }
  }

  /// Appends the line that starts a scenario of a version of the language.
  public mutating func appendScenarioStart(version: Int) {
    append(version == 1 ? "iopt 1\n" : "iopt 2\n")
  }

  /// Appends the `domain` line.
  public mutating func append(_ domain: DomainConfiguration) {
    append("domain format=")
    append(domain.format.name)
    if let kernel = domain.kernel {
      append(" kernel=")
      append(kernel.name)
    }
    append(" va=")
    append(decimal: UInt64(domain.va))
    append(" oa=")
    append(decimal: UInt64(domain.oa))
    append(" features=")
    append(domain.features)
    if let top = domain.top {
      append(" top=")
      append(decimal: UInt64(top))
    }
    if let sizes = domain.pageSizes {
      append(" pgsizes=")
      append(hex: sizes)
    }
    if let bit = domain.encryptionBit {
      append(" cbit=")
      append(decimal: UInt64(bit))
    }
    if domain.build == .debug { append(" build=debug") }
    if let revision = domain.gather {
      append(" gather=")
      append(revision.name)
    }
    if domain.hasSyncMap { append(" sync_map") }
    if let policy = domain.policy {
      append(" policy=")
      append(policy.name)
    }
    if let driver = domain.driver { append(driver) }
    append(byte: UInt8(ascii: "\n"))
  }

  private mutating func append(_ driver: DriverChoice) {
    append(" driver=")
    append(driver.kind.word)
    if let mask = driver.largestMask {
      append("+mamv=")
      append(decimal: UInt64(mask))
    }
    if driver.hasATS { append("+ats") }
  }

  /// Appends the `dma` line.
  public mutating func append(_ dma: DMAConfiguration) {
    append("dma queue=")
    append(dma.queue.name)
    append(" cpus=")
    append(decimal: UInt64(dma.cpus))
    append(" size=")
    append(decimal: UInt64(dma.ringSize))
    append(" timeout=")
    append(decimal: dma.timeout)
    append(" mode=")
    append(dma.mode.name)
    append(" limit=")
    append(hex: dma.limit)
    if let magazine = dma.magazine {
      append(" magazine=")
      append(decimal: UInt64(magazine))
    }
    if let failing = dma.failMagazine {
      append(" fail_magazine=")
      append(decimal: UInt64(failing))
    }
    if dma.pci32 { append(" pci32") }
    append(byte: UInt8(ascii: "\n"))
  }

  /// Appends a comma-separated list, `none` when it is empty. Bits without a name print nothing.
  mutating func append(_ features: Features) {
    var isFirst = true
    for bit in Features.textOrder where features.rawValue & (1 << bit) != 0 {
      if !isFirst { append(byte: UInt8(ascii: ",")) }
      isFirst = false
      append(Features.names[bit])
    }
    if isFirst { append("none") }
  }
}

extension QueueKind {
  /// The word after `queue=` in scenario text.
  public var name: StaticString {
    switch self {
    case .perCPU: "percpu"
    case .single: "single"
    }
  }
}

extension DMAMode {
  /// The word after `mode=` in scenario text.
  public var name: StaticString {
    switch self {
    case .strict: "strict"
    case .flushQueue: "fq"
    }
  }
}

extension Scenario {
  /// Canonical text, from `iopt` to the last line end.
  public var text: String {
    var buffer = TextBuffer()
    buffer.append(self)
    return buffer.string
  }
}

extension DomainConfiguration {
  /// The canonical `domain` line without its line end.
  public var text: String {
    var buffer = TextBuffer()
    buffer.append(self)
    return String(buffer.string.dropLast())
  }
}

extension DMAConfiguration {
  /// The canonical `dma` line without its line end.
  public var text: String {
    var buffer = TextBuffer()
    buffer.append(self)
    return String(buffer.string.dropLast())
  }
}
