// SPDX-License-Identifier: GPL-2.0-only

// A word right behind the release word names a driver: byte 0 is ``DriverWord/code``. Anywhere else
// that code is the compact operation of its low 5 bits. It means the same behind a compact header and
// behind an exact one.
//
// byte 1  the driver's number (``DriverName``); one that is none yet counts by its low 3 bits
// byte 2  `mamv=` and 1, up to 64; absent with any other number
// byte 3  bit 0 `ats`
//
// Options that the driver has not are dropped.

enum DriverWord {
  static let code: UInt64 = 0xd9

  static func isDriver(_ word: UInt64) -> Bool { word.byte(0) == code }

  /// The word for a driver.
  static func word(_ driver: DriverChoice) -> UInt64 {
    code | UInt64(driver.kind.rawValue) << 8
      | (driver.largestMask.map { UInt64($0) + 1 } ?? 0) << 16 | (driver.hasATS ? 1 << 24 : 0)
  }
}

extension DriverChoice {
  /// What a driver word says.
  init(word: UInt64) {
    let number = UInt8(word.byte(1))
    let mask = word.byte(2)
    self.init(
      DriverName(rawValue: number) ?? DriverName(rawValue: number & 7)!,
      largestMask: 1...64 ~= mask ? UInt8(mask - 1) : nil, hasATS: word.bits(24, 1) == 1)
  }
}
