// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log
import ScenarioLanguage
import SubjectABI

extension PageTableContract {
  /// Why a map may be refused: the errnos that the contract gives for its arguments and for what
  /// is mapped.
  private struct Refusals: OptionSet {
    var rawValue: UInt16
    /// No access at all, or reading alone where writing is forced: EINVAL.
    static let protection = Refusals(rawValue: 1 << 0)
    /// The output starts, or ends, beyond the domain's width: ERANGE.
    static let outputStart = Refusals(rawValue: 1 << 1)
    static let outputEnd = Refusals(rawValue: 1 << 2)
    /// EINVAL, EOVERFLOW.
    static let empty = Refusals(rawValue: 1 << 3)
    static let wraps = Refusals(rawValue: 1 << 4)
    /// Start or output are not aligned to the smallest page, or the length falls short of it: ENXIO.
    static let misaligned = Refusals(rawValue: 1 << 5)
    /// The length is no multiple of the smallest page: ENXIO.
    static let ragged = Refusals(rawValue: 1 << 6)
    /// Outside the aperture: ERANGE.
    static let outside = Refusals(rawValue: 1 << 7)
    /// The domain has no page size: the core refuses every map from Linux 7.2 on, EINVAL.
    static let noPageSize = Refusals(rawValue: 1 << 8)

    func allows(_ errno: Int32) -> Bool {
      switch errno {
      case EINVAL: !isDisjoint(with: [.protection, .empty, .noPageSize])
      case ERANGE: !isDisjoint(with: [.outputStart, .outputEnd, .outside])
      case EOVERFLOW: contains(.wraps)
      case ENXIO: !isDisjoint(with: [.misaligned, .ragged])
      default: false
      }
    }
  }

  mutating func judgeMap(_ operation: iopt_op, _ answer: Answer) -> Verdict {
    // From here on a leaf may read back as another one: also an unmap of others, and what takes a map
    // that fails back, may go wrong.
    let isEncrypted =
      encryptionBit != 0
      && withUnsafePointer(to: operation) { AskedMemory($0).reaches(encryptionBit) }
    defer { if isEncrypted { isLost = true } }
    let refusals = refusals(operation)
    guard answer.status == .done else {
      isLost = true
      return refusals.contains(.ragged) && build == .production
        ? .departed(.raggedLengthRunsAway) : broken("an answer", answer.status.word)
    }
    if answer.value == 0 { return judgeMapped(operation, refusals, answer) }
    guard let errno = answer.errno else {
      return broken("0 or an errno", hex(answer.value))
    }
    return judgeRefused(operation, refusals, errno, answer)
  }

  private func refusals(_ operation: iopt_op) -> Refusals {
    var result: Refusals = []
    let prot = Protection(rawValue: operation.prot)
    if prot.isDisjoint(with: [.read, .write])
      || format.forcesWriting(info.features) && !prot.contains(.write)
    {
      result.insert(.protection)
    }
    let outputLimit: UInt64 = info.oa >= 64 ? .max : (1 << UInt64(info.oa)) - 1
    if operation.pa > outputLimit { result.insert(.outputStart) }
    if smallestPage == 0, kernel >= .linux7_2 { result.insert(.noPageSize) }
    guard operation.len > 0 else { return result.union(.empty) }
    let (outputEnd, wrapsOutput) = operation.pa.addingReportingOverflow(operation.len - 1)
    if wrapsOutput || outputEnd > outputLimit { result.insert(.outputEnd) }
    let within = smallestPage &- 1
    if (operation.iova | operation.pa) & within != 0 || operation.len < smallestPage
      || smallestPage == 0
    {
      result.insert(.misaligned)
    }
    if operation.len & within != 0 { result.insert(.ragged) }
    let (end, wraps) = operation.iova.addingReportingOverflow(operation.len - 1)
    if wraps { return result.union(.wraps) }
    if space.placement(operation.iova, end) != .inside { result.insert(.outside) }
    return result
  }

  /// All of it is said to be mapped.
  private mutating func judgeMapped(
    _ operation: iopt_op, _ refusals: Refusals, _ answer: Answer
  ) -> Verdict {
    guard answer.mapped == operation.len else {
      return broken("mapped=\(hex(operation.len))", "mapped=\(hex(answer.mapped))")
    }
    guard !answer.allocationFailed else {
      return broken("ENOMEM after a failed allocation", "success")
    }
    let end = operation.iova &+ (operation.len &- 1)
    let hard = refusals.subtracting([
      .outputEnd, .outside, .misaligned, .ragged, .noPageSize,
    ])
    guard hard.isEmpty, end >= operation.iova else { return broken("a refusal", "success") }
    var verdict = Verdict.kept
    if refusals.contains(.outputEnd) { verdict = .departed(.outputEndUnchecked) }
    if refusals.contains(.outside) {
      guard space.placement(operation.iova, end) == .alias else {
        return broken("ERANGE", "success")
      }
      verdict = .departed(.signExtensionOneBitShort)
    }
    if !refusals.isDisjoint(with: [.misaligned, .ragged]) {
      guard operation.len == 4096, (operation.iova | operation.pa) & 4095 == 0 else {
        return broken("ENXIO", "success")
      }
      verdict = .departed(.forbiddenSmallPage)
    }
    guard conflict(operation) == nil else { return broken("EADDRINUSE", "success") }
    insert(operation, operation.len)
    return verdict
  }

  /// It failed: with a reason that holds, and leaving what it says behind.
  private mutating func judgeRefused(
    _ operation: iopt_op, _ refusals: Refusals, _ errno: Int32, _ answer: Answer
  ) -> Verdict {
    if answer.allocationFailed {
      guard errno == ENOMEM else { return broken("ENOMEM", errnoName(errno)) }
      if refusals.contains(.ragged), build == .production {
        // The runaway was stopped by the failure, with a table linked where leaves belong.
        isLost = true
        return .departed(.raggedLengthRunsAway)
      }
    } else if errno == EADDRINUSE {
      guard conflict(operation) != nil || refusals.contains(.ragged) && hasRaggedConflict(operation)
      else { return broken("no EADDRINUSE where nothing is mapped", "EADDRINUSE") }
    } else {
      guard refusals.allows(errno) else {
        return broken(refusals.isEmpty ? "success" : "another errno", errnoName(errno))
      }
    }
    if iopt_op_kind(operation.kind) == IOPT_OP_MAP {
      return answer.mapped == 0
        ? .kept : broken("mapped=0x0 after unwinding", "mapped=\(hex(answer.mapped))")
    }
    guard answer.mapped > 0 else { return .kept }
    let room = conflict(operation) ?? operation.len
    guard errno == ENOMEM || errno == EADDRINUSE || refusals.contains(.ragged),
      answer.mapped <= room, answer.mapped & 4095 == 0
    else { return broken("at most \(hex(room)) bytes mapped", "mapped=\(hex(answer.mapped))") }
    insert(operation, answer.mapped)
    return .kept
  }

  /// How far from the range's start the first address lies that is mapped already.
  private func conflict(_ operation: iopt_op) -> UInt64? {
    let first = space.key(operation.iova)
    return mapped.firstMapped(first, first &+ (operation.len &- 1)).map { $0 - first }
  }

  /// Whether the last page that a ragged length reaches into is in use.
  private func hasRaggedConflict(_ operation: iopt_op) -> Bool {
    let first = space.key(operation.iova)
    return mapped.overlaps(first, (first &+ (operation.len &- 1)) | (smallestPage &- 1))
  }

  private mutating func insert(_ operation: iopt_op, _ length: UInt64) {
    let first = space.key(operation.iova)
    let last = first &+ (length &- 1)
    mapped.insert(IntervalMap.Mapping(first: first, last: last, pa: operation.pa))
    highest = max(highest, last == .max ? .max : last + 1)
  }
}

/// The names of the errnos that the contract speaks of, others as numbers.
func errnoName(_ errno: Int32) -> String {
  switch errno {
  case 0: "0"
  case EINVAL: "EINVAL"
  case EOVERFLOW: "EOVERFLOW"
  case ERANGE: "ERANGE"
  case ENXIO: "ENXIO"
  case ENOENT: "ENOENT"
  case ENOMEM: "ENOMEM"
  case EADDRINUSE: "EADDRINUSE"
  case EOPNOTSUPP: "EOPNOTSUPP"
  default: "errno \(errno)"
  }
}
