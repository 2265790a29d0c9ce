// SPDX-License-Identifier: GPL-2.0-only

/// The header of an input: the `domain` and `dma` lines.
struct InputConfiguration {
  var domain: DomainConfiguration
  var dma: DMAConfiguration?
  var isExact: Bool

  init(domain: DomainConfiguration, dma: DMAConfiguration?, isExact: Bool) {
    (self.domain, self.dma, self.isExact) = (domain, dma, isExact)
  }

  init(_ input: inout InputWords) {
    let header = input.next()
    isExact = header.byte(7) == exactMark
    let asked = isExact ? Features(rawValue: UInt32(input.peek(1).bits(0, 32))) : nil
    if isExact {
      let hasDMA = header.bits(ConfigurationBits.hasDMA, 1) == 1
      domain = DomainConfiguration(exact: &input)
      dma = hasDMA ? DMAConfiguration(exact: &input) : nil
    } else {
      domain = DomainConfiguration(compact: header)
      dma = DMAConfiguration(compact: header)
    }
    if ReleaseWord.isRelease(input.peek) {
      let word = input.next()
      domain.take(release: word, asked: asked)
      dma?.take(release: word)
      if DriverWord.isDriver(input.peek) { domain.driver = DriverChoice(word: input.next()) }
    }
  }

  /// Bytes of a header that starts with `word`, without the words for release and driver that may follow.
  static func size(_ word: UInt64) -> Int {
    guard word.byte(7) == exactMark else { return 8 }
    return word.bits(ConfigurationBits.hasDMA, 1) == 1 ? 56 : 32
  }
}

/// Where the header word, in byte 1, keeps what more than one place reads.
enum ConfigurationBits {
  /// In both forms.
  static let hasDMA: UInt64 = 11
  /// Only in the compact form, like the next.
  static let singleQueue: UInt64 = 12
  static let flushQueue: UInt64 = 13
}
