// SPDX-License-Identifier: GPL-2.0-only
import Log

/// One command of a driver to an IOMMU, or `count` of them that differ in their address alone. What the
/// words mean, the driver's file says.
public struct Command: BitwiseCopyable, Equatable, Sendable {
  /// Which command; the driver's own numbers.
  public var opcode: UInt8
  /// Bits of the command, the driver's own.
  public var flags: UInt8
  /// The encoded size, mask or order.
  public var operand: UInt8
  /// The address of the first of them: an IOVA, or the command's own field where a size is encoded in it.
  public var address: UInt64
  /// How many there are, each `stride` bytes after the one before; 1 for most.
  public var count: UInt64
  public var stride: UInt64

  /// One command, or several.
  public init(
    _ opcode: UInt8, flags: UInt8 = 0, operand: UInt8 = 0, address: UInt64 = 0, count: UInt64 = 1,
    stride: UInt64 = 0
  ) {
    self.opcode = opcode
    self.flags = flags
    self.operand = operand
    self.address = address
    self.count = count
    self.stride = stride
  }
}

/// The commands of one call, kept for many.
public struct CommandList: ~Copyable {
  private let buffer = PlainBuffer<Command>(capacity: 64)

  /// An empty list.
  public init() {}

  /// In the order in which they are sent. Valid until the list changes.
  public var commands: UnsafeMutableBufferPointer<Command> { buffer.elements }

  /// Adds one.
  public func append(_ command: Command) { buffer.extend(by: 1).initialize(to: command) }

  /// Forgets them.
  public func removeAll() { buffer.cut(to: 0) }
}
