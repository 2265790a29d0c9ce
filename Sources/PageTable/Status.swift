// SPDX-License-Identifier: GPL-2.0-only

/// 0 or a negative errno, as the kernel's functions return it.
@frozen
public struct Status: Equatable, Sendable {
  /// The number itself.
  public let code: Int32

  @inlinable
  init(_ code: Int32) { self.code = code }

  /// Nothing went wrong.
  @inlinable
  public static var done: Status { Status(0) }
  static let noEntry = Status(-2)
  static let noSuchDevice = Status(-6)
  static let again = Status(-11)
  /// ENOMEM
  public static let noMemory = Status(-12)
  static let invalid = Status(-22)
  static let outOfRange = Status(-34)
  static let overflow = Status(-75)
  static let notSupported = Status(-95)
  static let inUse = Status(-98)

  /// As a result word: two's complement.
  public var word: UInt64 { UInt64(bitPattern: Int64(code)) }
}
