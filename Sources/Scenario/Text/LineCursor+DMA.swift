// SPDX-License-Identifier: GPL-2.0-only

extension LineCursor {
  /// The arguments of a `dma` line in a version of the language.
  mutating func dma(version: Int) throws(LineFault) -> DMAConfiguration {
    var arguments = DMAArguments(version: version)
    while let key = key() { try arguments.read(key, from: &self) }
    try finish()
    return try arguments.configuration(self)
  }
}

/// What was read of a `dma` line so far.
private struct DMAArguments {
  let version: Int
  var queue: QueueKind?
  var cpus: UInt32?
  var ringSize: UInt32?
  var timeout: UInt64?
  var mode: DMAMode?
  var limit: UInt64?
  var pci32 = false
  var magazine: UInt32?
  var failMagazine: UInt32?

  init(version: Int) { self.version = version }

  mutating func read(_ key: ByteWord, from cursor: inout LineCursor) throws(LineFault) {
    switch key {
    case "queue":
      try cursor.beginValue(of: key, isRepeated: queue != nil)
      queue = try cursor.choice("`percpu` or `single`", [QueueKind.perCPU, .single], \.name)
    case "cpus":
      try cursor.beginValue(of: key, isRepeated: cpus != nil)
      cpus = UInt32(try cursor.number("a number of CPUs, 1 to 256", in: 1...256))
    case "size":
      try cursor.beginValue(of: key, isRepeated: ringSize != nil)
      ringSize = try cursor.ringSize()
    case "timeout":
      try cursor.beginValue(of: key, isRepeated: timeout != nil)
      timeout = try cursor.number("a time in milliseconds")
    case "mode":
      try cursor.beginValue(of: key, isRepeated: mode != nil)
      mode = try cursor.choice("`strict` or `fq`", [DMAMode.strict, .flushQueue], \.name)
    case "limit":
      try cursor.beginValue(of: key, isRepeated: limit != nil)
      limit = try cursor.number("an address mask")
    case "pci32":
      try cursor.word(key, isRepeated: pci32)
      pci32 = true
    case "magazine" where version >= 2:
      try cursor.beginValue(of: key, isRepeated: magazine != nil)
      magazine = UInt32(try cursor.number("a number of IOVAs, 1 to 127", in: 1...127))
    case "fail_magazine" where version >= 2:
      try cursor.beginValue(of: key, isRepeated: failMagazine != nil)
      failMagazine = UInt32(
        try cursor.number("a count of allocations, 1 to 4294967295", in: 1...UInt64(UInt32.max)))
    default:
      throw cursor.fault(expected: "an argument of `dma`", at: key.start)
    }
  }

  /// `cursor` stands at the line's end.
  func configuration(_ cursor: LineCursor) throws(LineFault) -> DMAConfiguration {
    guard let queue else { throw cursor.fault(expected: "`queue=`") }
    guard let cpus else { throw cursor.fault(expected: "`cpus=`") }
    guard let ringSize else { throw cursor.fault(expected: "`size=`") }
    guard let timeout else { throw cursor.fault(expected: "`timeout=`") }
    guard let mode else { throw cursor.fault(expected: "`mode=`") }
    guard let limit else { throw cursor.fault(expected: "`limit=`") }
    return DMAConfiguration(
      queue: queue, cpus: cpus, ringSize: ringSize, timeout: timeout, mode: mode, limit: limit,
      pci32: pci32, magazine: magazine, failMagazine: failMagazine)
  }
}

extension LineCursor {
  fileprivate mutating func ringSize() throws(LineFault) -> UInt32 {
    let place = position
    let size = try number("a power of two, 2 to 65536", in: 2...65536)
    guard size.nonzeroBitCount == 1 else {
      throw fault(expected: "a power of two, 2 to 65536", at: place)
    }
    return UInt32(size)
  }
}
