// SPDX-License-Identifier: GPL-2.0-only

/// A kind of cause that a fault can have, by what the trace shows.
public enum FaultCause: String, Codable, CaseIterable, Sendable {
  /// No event of the trace maps the address, nor anything that ends shortly before it.
  case neverMapped = "never-mapped"
  /// It was mapped, and unmapped before the fault.
  case alreadyUnmapped = "already-unmapped"
  /// It lies just behind a mapping that is there.
  case pastTheEnd = "past-the-end"
  /// It is mapped, but not for what the device did.
  case wrongPermission = "wrong-permission"
  /// It was unmapped so shortly before that a flush queue may have held it still.
  case flushQueueWindow = "flush-queue-window"
  /// It is mapped for what the device did: the trace shows no cause.
  case mappedAtFault = "mapped"

  /// What the cause means to whoever looks for it.
  public var meaning: String {
    switch self {
    case .neverMapped:
      "never mapped: a wrong address, another domain's, or one mapped before the trace began"
    case .alreadyUnmapped:
      "already unmapped: the device used a buffer that its driver had given back"
    case .pastTheEnd: "past the end: the device ran over the end of a buffer that is mapped"
    case .wrongPermission:
      "wrong permission: it is mapped for the other direction alone"
    case .flushQueueWindow:
      "inside the window of a flush queue: the entry was gone, the IOTLB was not flushed yet, so that"
        + " some accesses still went through and others, which missed the IOTLB, faulted"
    case .mappedAtFault:
      "mapped at the fault: another domain's table, a stale cache of a table, a table that the walker"
        + " did not see yet, a protection the trace does not tell, or events that were lost"
    }
  }
}
