// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// What a handle stands for: where the device sees the buffer, in bytes. A length of 0 leaves
/// nothing to unmap. Of a range that is mapped in two steps it is what was asked for.
struct DMAMapping {
  /// What a handle can be.
  enum Kind: UInt8 {
    case dead
    case buffer
    case list
    /// Mapped in two steps.
    case range
  }

  var kind = Kind.dead
  /// `enum iopt_attr` bits of a buffer.
  var attributes: UInt8 = 0
  var address: UInt64 = 0
  var length: UInt64 = 0

  var isLive: Bool { kind != .dead }
}

/// The mappings by handle, in blocks that are allocated when first written.
struct HandleTable: ~Copyable {
  private static let blockSize = 256
  private static let blockCount = Int(IOPT_HANDLE_COUNT) / blockSize

  private var blocks: UnsafeMutablePointer<UnsafeMutablePointer<DMAMapping>?>?

  deinit {
    guard let blocks else { return }
    for index in 0..<HandleTable.blockCount { blocks[index]?.deallocate() }
    blocks.deallocate()
  }

  subscript(handle: Int) -> DMAMapping {
    get {
      guard let block = blocks?[handle / HandleTable.blockSize] else { return DMAMapping() }
      return block[handle % HandleTable.blockSize]
    }
    set { block(of: handle)[handle % HandleTable.blockSize] = newValue }
  }

  private mutating func block(of handle: Int) -> UnsafeMutablePointer<DMAMapping> {
    let blocks = self.blocks ?? makeBlocks()
    let index = handle / HandleTable.blockSize
    if let block = blocks[index] { return block }
    let block = UnsafeMutablePointer<DMAMapping>.allocate(capacity: HandleTable.blockSize)
    block.initialize(repeating: DMAMapping(), count: HandleTable.blockSize)
    blocks[index] = block
    return block
  }

  private mutating func makeBlocks() -> UnsafeMutablePointer<UnsafeMutablePointer<DMAMapping>?> {
    let made = UnsafeMutablePointer<UnsafeMutablePointer<DMAMapping>?>.allocate(
      capacity: HandleTable.blockCount)
    made.initialize(repeating: nil, count: HandleTable.blockCount)
    blocks = made
    return made
  }
}
