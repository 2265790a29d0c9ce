// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// How the value of a `= ret` line is written: it depends on the statement that it answers.
public enum ResultForm: UInt8, Codable, Sendable {
  /// The statement has no result: `gather`, `iotlb_sync`, `flush`, `fail_alloc`, `fail_fq`,
  /// `reserve`, `tick`.
  case absent
  /// `0` or the name of an errno: initialisation that fails, `relax`, `set_dirty`,
  /// `read_and_clear_dirty`.
  case errno
  /// `0` or the name of an errno, then `mapped=` and the bytes mapped: `map`, `map_range`.
  case errnoAndMapped
  /// An address or a count of bytes: `unmap`, `unmap_fast`, `iova_to_phys`, `dma_unmap`.
  case number
  /// An address, or `DMA_MAPPING_ERROR` (all ones): `dma_map`, `dma_map_sg`.
  case dmaAddress
  /// An address, or `none` (all ones): `dma_iova_alloc`.
  case iova

  /// The form for an operation of the ABI's `enum iopt_op_kind`; 0 stands for `domain`.
  public init(operationKind: UInt32) {
    switch iopt_op_kind(rawValue: operationKind) {
    case iopt_op_kind(rawValue: 0), IOPT_OP_RELAX, IOPT_OP_SET_DIRTY,
      IOPT_OP_READ_AND_CLEAR_DIRTY, IOPT_OP_DMA_IOVA_LINK, IOPT_OP_DMA_IOVA_SYNC:
      self = .errno
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE: self = .errnoAndMapped
    case IOPT_OP_UNMAP, IOPT_OP_UNMAP_FAST, IOPT_OP_IOVA_TO_PHYS, IOPT_OP_DMA_UNMAP,
      IOPT_OP_DMA_UNMAP_PHYS_OR_SG:
      self = .number
    case IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS:
      self = .dmaAddress
    case IOPT_OP_DMA_IOVA_ALLOC: self = .iova
    default: self = .absent
    }
  }
}

extension Operation {
  /// How the operation's `= ret` is written.
  public var resultForm: ResultForm { ResultForm(operationKind: kind.rawValue) }
}
