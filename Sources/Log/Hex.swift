// SPDX-License-Identifier: GPL-2.0-only

/// `0x` and lower-case digits.
public func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
