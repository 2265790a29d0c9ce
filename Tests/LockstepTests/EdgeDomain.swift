// SPDX-License-Identifier: GPL-2.0-only
import Reference
import SubjectABI
import SwiftSubject

/// The subjects that are built in, as the ABI has them.
enum BuiltIn: String, CaseIterable, Sendable {
  case swift
  case reference

  var table: UnsafePointer<iopt_subject> {
    switch self {
    case .swift: swiftSubject()
    case .reference: iopt_reference_subject()
    }
  }

  var refusal: String { String(cString: table.pointee.refusal!()!) }
}

/// How many bytes a host's structs have.
struct StructSizes: Sendable, CustomStringConvertible {
  var host = MemoryLayout<iopt_host>.size
  var configuration = MemoryLayout<iopt_config>.size
  var operation = MemoryLayout<iopt_op>.size

  static let ours = StructSizes()
  static let version1 = StructSizes(host: 96, configuration: 96, operation: 72)
  static let larger = StructSizes(
    host: ours.host + 128, configuration: ours.configuration + 64,
    operation: ours.operation + 256)

  var description: String { "host \(host), config \(configuration), op \(operation)" }
}

/// A domain that is driven through the ABI alone, with structs of any size.
final class EdgeDomain {
  let host: EdgeHost
  /// How `open` ended.
  let opened: UInt32
  private let subject: BuiltIn
  private let sizes: StructSizes
  private var state: UnsafeMutableRawPointer?

  init(
    _ subject: BuiltIn, _ sizes: StructSizes = .ours,
    _ change: (inout iopt_config) -> Void = { _ in }
  ) {
    self.subject = subject
    self.sizes = sizes
    host = EdgeHost(size: sizes.host)
    var configuration = Self.configuration
    configuration.size = UInt32(sizes.configuration)
    change(&configuration)
    let given = EdgeStruct(configuration, size: sizes.configuration)
    opened = subject.table.pointee.open(host.pointer, given.pointer, &state)
  }

  deinit { if opened == IOPT_DONE.rawValue { subject.table.pointee.close(state) } }

  /// Runs one operation of `kind`, with what `change` makes of it.
  @discardableResult
  func run(_ kind: iopt_op_kind, _ change: (inout iopt_op) -> Void = { _ in }) -> UInt32 {
    var operation = iopt_op()
    operation.size = UInt32(sizes.operation)
    operation.kind = kind.rawValue
    change(&operation)
    let given = EdgeStruct(operation, size: sizes.operation)
    return subject.table.pointee.run(state, given.pointer)
  }

  /// Sv39 as the kernel's driver asks for it, with a flush queue on top.
  static var configuration: iopt_config {
    var configuration = iopt_config()
    configuration.format = IOPT_FORMAT_RISCV_64.rawValue
    configuration.features =
      IOPT_FEATURE_SIGN_EXTEND.rawValue | IOPT_FEATURE_FLUSH_RANGE.rawValue
    configuration.va_lg2 = 39
    configuration.oa_lg2 = 56
    configuration.pgsizes = .max
    configuration.has_dma = 1
    configuration.dma = iopt_dma_config(
      queue: IOPT_QUEUE_PERCPU.rawValue, mode: IOPT_DMA_FQ.rawValue, cpus: 2, ring_size: 4,
      timeout: 10, limit: .max, pci32: 0, reserved: 0)
    return configuration
  }
}
