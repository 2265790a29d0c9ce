// SPDX-License-Identifier: GPL-2.0-only

/// The offset of the first byte that is NUL or not part of well-formed UTF-8 (Unicode, table 3-7),
/// or nil.
func firstIllFormedByte(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  var index = 0
  while index < bytes.count {
    let length = wellFormedLength(bytes[index...])
    if length == 0 { return index }
    index += length
  }
  return nil
}

/// The length of the character that `bytes` start with; 0 when it is NUL or ill-formed.
private func wellFormedLength(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
  let lead = bytes[bytes.startIndex]
  let second: ClosedRange<UInt8>
  let length: Int
  switch lead {
  case 0x01...0x7f: return 1
  case 0xc2...0xdf: (length, second) = (2, 0x80...0xbf)
  case 0xe0: (length, second) = (3, 0xa0...0xbf)
  case 0xed: (length, second) = (3, 0x80...0x9f)
  case 0xe1...0xef: (length, second) = (3, 0x80...0xbf)
  case 0xf0: (length, second) = (4, 0x90...0xbf)
  case 0xf1...0xf3: (length, second) = (4, 0x80...0xbf)
  case 0xf4: (length, second) = (4, 0x80...0x8f)
  default: return 0
  }
  guard bytes.count >= length, second.contains(bytes[bytes.startIndex + 1]) else { return 0 }
  let tail = bytes.dropFirst(2).prefix(length - 2)
  return tail.allSatisfy { (0x80...0xbf).contains($0) } ? length : 0
}
