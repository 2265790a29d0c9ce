// SPDX-License-Identifier: GPL-2.0-only

// The words after the header of an exact configuration:
//
// word 1  byte 0 format, 1 input width, 2 output width, 3 flags (bit 0 `pgsizes`, 1 `cbit`, 2 debug
//         build, 3 `gather`, 4-5 its revision), bytes 4-7 the top level
// word 2  bytes 0-3 features, byte 4 the encryption bit less 36
// word 3  page sizes
// and when there is a `dma` line:
// word 4  byte 0 bit 0 single queue, 1 flush queues, 2 pci32; byte 1 CPUs less 1; byte 2 log2 of the
//         ring's entries less 1
// word 5  the timeout
// word 6  the device's limit
//
// A feature that the format lacks is dropped; other numbers out of range are taken modulo, a format's
// as FormatNumber.swift says.

extension DomainConfiguration {
  init(exact input: inout InputWords) {
    let (shape, sets, sizes) = (input.next(), input.next(), input.next())
    let format = Format(exact: shape.byte(0))
    let flags = shape.byte(3)
    self.init(
      format: format, va: UInt8(shape.byte(1)), oa: UInt8(shape.byte(2)),
      features: Features(rawValue: UInt32(sets.bits(0, 32))).intersection(
        format.expressibleFeatures),
      top: format.takesTop ? UInt32(shape.bits(32, 32)) : nil,
      pageSizes: flags.bits(0, 1) == 1 ? sizes : nil,
      encryptionBit: flags.bits(1, 1) == 1 ? UInt8(36 + sets.byte(4) % 28) : nil,
      build: flags.bits(2, 1) == 1 ? .debug : .production,
      gather: flags.bits(3, 1) == 1 ? GatherRevision(rawValue: UInt32(flags.bits(4, 2))) : nil)
  }
}

extension DMAConfiguration {
  init(exact input: inout InputWords) {
    let (shape, timeout, limit) = (input.next(), input.next(), input.next())
    self.init(
      queue: shape.bits(0, 1) == 1 ? .single : .perCPU, cpus: UInt32(shape.byte(1)) + 1,
      ringSize: 2 << UInt32(shape.byte(2) % 16), timeout: timeout,
      mode: shape.bits(1, 1) == 1 ? .flushQueue : .strict, limit: limit,
      pci32: shape.bits(2, 1) == 1)
  }
}

extension InputWriter {
  mutating func append(_ domain: DomainConfiguration, _ dma: DMAConfiguration?) {
    append(1 | (dma == nil ? 0 : 1) << ConfigurationBits.hasDMA | exactMark << 56)
    var flags: UInt64 = domain.pageSizes == nil ? 0 : 1
    if domain.encryptionBit != nil { flags |= 2 }
    if domain.build == .debug { flags |= 4 }
    if let gather = domain.gather { flags |= 8 | UInt64(gather.rawValue) << 4 }
    let widths = UInt64(domain.va) << 8 | UInt64(domain.oa) << 16
    append(
      UInt64(domain.format.rawValue) | widths | flags << 24 | UInt64(domain.top ?? 0) << 32)
    append(
      UInt64(domain.features.rawValue) | UInt64((domain.encryptionBit ?? 36) - 36) << 32)
    append(domain.pageSizes ?? 0)
    if let dma { append(dma) }
    if let kernel = domain.kernel {
      append(ReleaseWord.exact(kernel, domain, dma))
      if let driver = domain.driver { append(DriverWord.word(driver)) }
    }
  }

  private mutating func append(_ dma: DMAConfiguration) {
    var shape: UInt64 = dma.queue == .single ? 1 : 0
    if dma.mode == .flushQueue { shape |= 2 }
    if dma.pci32 { shape |= 4 }
    shape |= UInt64(dma.cpus - 1) << 8
    shape |= UInt64(dma.ringSize.trailingZeroBitCount - 1) << 16
    append(shape)
    append(dma.timeout)
    append(dma.limit)
  }
}
