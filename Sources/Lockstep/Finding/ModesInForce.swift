// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

/// Follows a scenario, and knows which modes are in force. What it follows is what was asked, not what
/// a subject did, `relax` alone excepted: its success is the subject's to say.
struct ModesInForce {
  private var ofDomain: Modes = []
  /// Of the DMA layer.
  private var ofLayer: Modes = []
  /// Bit by gather.
  private var queuedGathers: UInt32 = 0

  /// Nothing is in force.
  init() {}

  /// What a domain starts with.
  init(_ configuration: borrowing iopt_config) {
    let features = Features(rawValue: configuration.features)
    if features.contains(.flushRange) { ofDomain.insert(.flushRange) }
    if features.contains(.flushRangeNoGaps) { ofDomain.insert(.noGaps) }
    if features.contains(.dmaIncoherent) { ofDomain.insert(.incoherent) }
    let isQueued = configuration.dma.mode == DMAMode.flushQueue.rawValue
    if configuration.has_dma != 0, isQueued { ofLayer = .queued }
  }

  // MARK: Changes

  /// Whether operations of this kind change a mode; to be asked after every one.
  @inline(__always)
  static func mayChange(after kind: UInt32) -> Bool { kind < 64 && changing >> kind & 1 != 0 }

  @inline(__always)
  private static var changing: UInt64 {
    1 << UInt64(IOPT_OP_GATHER.rawValue) | 1 << UInt64(IOPT_OP_IOTLB_SYNC.rawValue)
      | 1 << UInt64(IOPT_OP_RELAX.rawValue)
  }

  /// Takes in an operation that was run; `result` is what a subject's `ret` says.
  mutating func note(_ operation: borrowing iopt_op, result: UInt64?) {
    let gather: UInt32 = 1 << (operation.gather & 31)
    switch iopt_op_kind(operation.kind) {
    case IOPT_OP_GATHER where operation.flag != 0: queuedGathers |= gather
    // A sync starts the gather over.
    case IOPT_OP_GATHER, IOPT_OP_IOTLB_SYNC: queuedGathers &= ~gather
    case IOPT_OP_RELAX where result == 0 && !ofLayer.contains(.queued):
      ofLayer = [.relaxed, .queued]
    default: break
    }
  }

  // MARK: Questions

  /// When the domain is opened.
  var whenOpened: Modes { ofDomain.intersection(.incoherent) }

  /// At a scenario's end, where anything that happened may be the cause.
  var atEnd: Modes { ofDomain.union(ofLayer) }

  /// At an operation: those that its kind can hang on, in the state before it.
  func modes(at operation: borrowing iopt_op) -> Modes {
    switch iopt_op_kind(operation.kind) {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE, IOPT_OP_SET_DIRTY: whenOpened
    case IOPT_OP_UNMAP: ofDomain
    case IOPT_OP_GATHER: operation.flag != 0 ? ofDomain.union(.queued) : ofDomain
    case IOPT_OP_UNMAP_FAST, IOPT_OP_IOTLB_SYNC, IOPT_OP_FLUSH, IOPT_OP_READ_AND_CLEAR_DIRTY:
      queuedGathers >> (operation.gather & 31) & 1 != 0 ? ofDomain.union(.queued) : ofDomain
    case IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_UNMAP, IOPT_OP_DMA_MAP_PHYS,
      IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_UNMAP_PHYS_OR_SG, IOPT_OP_DMA_IOVA_ALLOC,
      IOPT_OP_DMA_IOVA_LINK, IOPT_OP_DMA_IOVA_SYNC, IOPT_OP_DMA_IOVA_UNLINK,
      IOPT_OP_DMA_IOVA_DESTROY, IOPT_OP_DMA_IOVA_FREE:
      ofDomain.union(ofLayer)
    case IOPT_OP_RELAX, IOPT_OP_TICK: ofLayer
    default: []
    }
  }
}
