// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// A request that a subject cannot know: an operation or a configuration with a number from a later
/// version of the ABI, or too short for any. It is to be refused, with a reason that names the member
/// and the value, and nothing is to be done (subject-abi.md, "Versions").
struct UnknownRequest<Body> {
  /// The member of the ABI's struct.
  let member: StaticString
  let value: UInt64
  let body: Body

  init(
    _ member: StaticString, _ value: some UnsignedInteger, _ body: Body,
    _ change: (inout Body) -> Void
  ) {
    self.member = member
    self.value = UInt64(value)
    var changed = body
    change(&changed)
    self.body = changed
  }

  /// Does a reason name both? A size is told in bytes, whatever it is called.
  func isNamed(by reason: UnsafePointer<CChar>) -> Bool {
    let isMemberNamed =
      member.utf8Start.withMemoryRebound(to: CChar.self, capacity: member.utf8CodeUnitCount) {
        strstr(reason, $0) != nil || strcmp($0, "size") == 0
      }
    return isMemberNamed && isValueNamed(by: reason)
  }

  /// Is one of the numbers in a text, decimal or hexadecimal, the value?
  private func isValueNamed(by reason: UnsafePointer<CChar>) -> Bool {
    var place: UnsafeMutablePointer<CChar>! = UnsafeMutablePointer(mutating: reason)
    while place.pointee != 0 {
      guard isdigit(Int32(place.pointee)) != 0 else {
        place += 1
        continue
      }
      if strtoull(place, &place, 0) == value { return true }
    }
    return false
  }
}

/// Numbers that none of the ABI's versions has, another one each time.
struct UnknownNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// One that is not below `first`: near it, or anywhere up to the last there is.
  mutating func number(from first: UInt32) -> UInt32 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let drawn = UInt32(truncatingIfNeeded: state >> 33)
    return switch drawn & 3 {
    case 0: first
    case 1: first + (drawn >> 2) % 8
    case 2: .max
    default: first + (drawn >> 2) % (.max - first)
    }
  }

  /// A bit from `first` on.
  mutating func bit(from first: UInt32) -> UInt32 { 1 << (first + number(from: 0) % (32 - first)) }

  /// A number below `end`.
  mutating func number(below end: UInt32) -> UInt32 { number(from: 0) % end }
}
