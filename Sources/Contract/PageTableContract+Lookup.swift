// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log
import ScenarioLanguage
import SubjectABI

extension PageTableContract {
  /// Whether a lookup's answer is plainly the promised one; where it is not, ``judge(_:_:_:)`` says what
  /// it is. Most answers are lookups'.
  public func promises(_ iova: UInt64, _ answer: UInt64) -> Bool {
    if isLost { return false }
    guard let promised = mapped.translate(space.key(iova)) else { return answer == 0 }
    return answer == promised && space.placement(iova, iova) == .inside
  }

  /// The address that the mapping gives, 0 where there is none.
  func judgeLookup(_ iova: UInt64, _ answer: Answer) -> Verdict {
    let placement = space.placement(iova, iova)
    let promised = mapped.translate(space.key(iova))
    if placement == .inside, let promised {
      if answer.value == promised { return .kept }
      return answer.value == promised & format.outputMask
        ? .departed(.outputAddressWraps) : broken(hex(promised), hex(answer.value))
    }
    if answer.value == 0 { return .kept }
    if placement == .alias, let promised, answer.value == promised & format.outputMask {
      return .departed(.signExtensionOneBitShort)
    }
    if answer.errno == ERANGE, placement == .outside || mayLieBeyondTheTop(space.key(iova)) {
      return .departed(.errnoAsAddress)
    }
    return broken("0x0, nothing is mapped", hex(answer.value))
  }
}

extension PageTableContract {
  private var tracksDirt: Bool { format.tracksDirt }

  mutating func judgeSetDirty(_ iova: UInt64, _ answer: Answer) -> Verdict {
    let key = space.key(iova)
    let isMapped = mapped.mapping(at: key) != nil
    if answer.value == 0, isMapped, tracksDirt {
      marks.append(DirtyMark(key: key, isFresh: true))
    }
    guard tracksDirt else { return judgeErrno(EOPNOTSUPP, answer) }
    switch space.placement(iova, iova) {
    case .inside where answer.errno == ERANGE && !isMapped && mayLieBeyondTheTop(key):
      return .departed(.rangeBeyondTheTop)
    case .inside: return judgeErrno(isMapped ? 0 : ENOENT, answer)
    case .alias where answer.errno != ERANGE:
      let verdict = judgeErrno(isMapped ? 0 : ENOENT, answer)
      return verdict == .kept ? .departed(.signExtensionOneBitShort) : verdict
    case .alias, .outside: return judgeErrno(ERANGE, answer)
    }
  }

  private func judgeErrno(_ expected: Int32, _ answer: Answer) -> Verdict {
    let found = answer.value == 0 ? 0 : answer.errno
    return found == expected
      ? .kept
      : broken(
        errnoName(expected), found.map(errnoName) ?? hex(answer.value))
  }

  /// Every mark in the range is told, and nothing else.
  mutating func judgeReadDirty(_ operation: iopt_op, _ answer: Answer) -> Verdict {
    guard tracksDirt else { return judgeErrno(EOPNOTSUPP, answer) }
    guard operation.len > 0 else { return judgeErrno(EINVAL, answer) }
    let (end, wraps) = operation.iova.addingReportingOverflow(operation.len - 1)
    if wraps { return judgeErrno(EOVERFLOW, answer) }
    let first = space.key(operation.iova)
    let last = first &+ (operation.len - 1)
    let placement = space.placement(operation.iova, end)
    if answer.errno == ERANGE {
      if placement != .inside { return .kept }
      return mayLieBeyondTheTop(last)
        ? .departed(.rangeBeyondTheTop) : broken("0", "ERANGE")
    }
    guard answer.value == 0, placement != .outside else { return judgeErrno(ERANGE, answer) }
    var verdict = judgeReports(answer)
    for mark in marks where mustBeTold(mark, first, last) {
      switch telling(mark, answer) {
      case .whole: continue
      case .butTheLastItem: verdict = verdict == .kept ? .departed(.lastItemNotReported) : verdict
      case .nothing:
        verdict = broken("the mark at \(hex(mark.key)) reported", "no report of it")
      }
    }
    if operation.flag == 0 { settle(first, last) }
    return verdict
  }

  /// Each report must come from a mark in one page with it.
  private func judgeReports(_ answer: Answer) -> Verdict {
    var verdict = Verdict.kept
    for record in answer.records.lazy.compactMap(DirtyRecord.init) {
      let start = space.key(record.iova)
      let length = record.length
      guard marks.contains(where: { sharesPage($0.key, start) }) else {
        return broken("no report where nothing was written", "dirty \(hex(start)) \(hex(length))")
      }
      if length == 0 || length & (length - 1) != 0 {
        verdict = .departed(.lastItemNotReported)
      } else if start & (length - 1) != 0 {
        verdict = .departed(.reportPastTheEntry)
      }
    }
    return verdict
  }

  /// Whether a mark was set after the last reading with clear, in a mapping that the range covers
  /// whole.
  private func mustBeTold(_ mark: DirtyMark, _ first: UInt64, _ last: UInt64) -> Bool {
    guard mark.isFresh, let mapping = mapped.mapping(at: mark.key) else { return false }
    return mapping.first >= first && mapping.last <= last
  }

  /// What reports say of a mark.
  private enum Telling {
    case whole
    /// One of its page ends less than its own length before it: the last of two items, or of more.
    case butTheLastItem
    case nothing
  }

  private func telling(_ mark: DirtyMark, _ answer: Answer) -> Telling {
    var result = Telling.nothing
    for record in answer.records.lazy.compactMap(DirtyRecord.init) {
      let start = space.key(record.iova)
      guard sharesPage(mark.key, start) else { continue }
      if mark.key &- start < record.length { return .whole }
      if mark.key &- start &- record.length < record.length { result = .butTheLastItem }
    }
    return result
  }

  /// Marks in mappings that the range touches may be gone.
  private mutating func settle(_ first: UInt64, _ last: UInt64) {
    for index in marks.indices {
      guard let mapping = mapped.mapping(at: marks[index].key), mapping.first <= last,
        mapping.last >= first
      else { continue }
      marks[index].isFresh = false
    }
  }

  /// Whether two addresses of one mapping may lie in one page.
  private func sharesPage(_ one: UInt64, _ other: UInt64) -> Bool {
    guard let mapping = mapped.mapping(at: one), mapping.first <= other, other <= mapping.last
    else { return false }
    for bit in 12..<64 where bit == 12 || info.pageSizes >> UInt64(bit) & 1 != 0 {
      if one >> UInt64(bit) == other >> UInt64(bit) { return true }
    }
    return false
  }
}
