// SPDX-License-Identifier: GPL-2.0-only

/// What the text of a fault says besides its address.
enum FaultRemark {
  static func of(_ step: Step) -> [String] {
    var said: [String] = []
    if step.hasPASID {
      said.append("the request had a PASID: the address may be of another address space")
    }
    if let meaning = meaning(step.reason) {
      let number = (step.reason < 16 ? "0" : "") + String(step.reason, radix: 16)
      said.append("reason 0x\(number), \(meaning)")
    }
    return said
  }

  /// Of the reasons that tell more than that a page is missing: VT-d specification, 7.1.3.
  private static func meaning(_ reason: UInt8) -> String? {
    let noMapping = "this is not a matter of mappings"
    return switch reason {
    case 0x01: "the root entry is not present: \(noMapping)"
    case 0x02: "the device's context entry is not present: \(noMapping)"
    case 0x03: "the device's context entry is invalid: \(noMapping)"
    case 0x04: "the address is wider than the domain's tables: it can't be mapped there"
    case 0x07: "an entry points at a table that can't be read: the table itself may be broken"
    case 0x08, 0x09: "a root or context table can't be read: \(noMapping)"
    case 0x0a, 0x0b: "a root or context entry has reserved bits set: \(noMapping)"
    case 0x0c: "an entry of the table has reserved bits set: it is there, and wrong"
    case 0x0d: "the context entry blocks such requests: \(noMapping)"
    case 0x30..<0x70: "a root, context or PASID table of scalable mode: \(noMapping)"
    default: nil
    }
  }
}
