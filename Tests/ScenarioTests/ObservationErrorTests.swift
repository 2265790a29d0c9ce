// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// Every way in which an observation can be wrong.
@Suite struct ObservationErrorTests {
  static let events = BadText.lines(
    after: Start.domain,
    [
      ("=", 2, "expected an observation, found the end of the line"),
      ("= nonsense", 3, "expected an observation, found `nonsense`"),
      ("= warn 1", 8, "expected the end of the line, found `1`"),
      ("= alloc", 8, "expected an address, found the end of the line"),
      ("= alloc 0x800000000", 20, "expected a length in bytes, found the end of the line"),
      ("= alloc 0x800000000 0x1000 0x0", 28, "expected the end of the line, found `0x0`"),
      ("= alloc none 0x1000", 9, "expected an address, found `none`"),
      ("= alloc_fail 1", 14, "expected the end of the line, found `1`"),
      ("= free", 7, "expected an address, found the end of the line"),
      ("= free 0x0 0x0", 12, "expected the end of the line, found `0x0`"),
      ("= incoherent", 13, "expected an address, found the end of the line"),
      ("= incoherent 0x0", 17, "expected `on` or `off`, found the end of the line"),
      ("= incoherent 0x0 maybe", 18, "expected `on` or `off`, found `maybe`"),
      ("= clean 0x0", 12, "expected a length in bytes, found the end of the line"),
      ("= top 0x0", 10, "expected a level, found the end of the line"),
      ("= top 0x0 -1", 11, "expected a level, found `-1`"),
      ("= sync", 7, "expected a start, found the end of the line"),
      ("= sync 0x0", 11, "expected a last address, found the end of the line"),
      ("= sync 0x0 0x1fff page", 19, "expected the address of a page, found `page`"),
      ("= flush_all 0", 13, "expected the end of the line, found `0`"),
      ("= dirty 0x0", 12, "expected a length in bytes, found the end of the line"),
      ("= skip 0", 8, "expected the end of the line, found `0`"),
      ("= crash 0", 9, "expected the end of the line, found `0`"),
      ("= iova_alloc", 13, "expected an address, found the end of the line"),
      ("= iova_alloc 0x0", 17, "expected a length in bytes, found the end of the line"),
      ("= iova_alloc none", 18, "expected a length in bytes, found the end of the line"),
      ("= iova_alloc none 0x1000 0x0", 26, "expected the end of the line, found `0x0`"),
      ("= iova_free 0x0", 16, "expected a length in bytes, found the end of the line"),
      ("= queue", 8, "expected a CPU, found the end of the line"),
      ("= queue 0", 10, "expected an address, found the end of the line"),
      ("= queue 0 0x0", 14, "expected a length in bytes, found the end of the line"),
      ("= queue 0 0x0 0x1000", 21, "expected a count of flushes, found the end of the line"),
      ("= queue 0 0x0 0x1000 0 page", 24, "expected the address of a page, found `page`"),
      ("= timer_on", 11, "expected a time in milliseconds, found the end of the line"),
      ("= timer_fire", 13, "expected a time in milliseconds, found the end of the line"),
      ("= depot_work", 13, "expected a time in milliseconds, found the end of the line"),
      ("= timer_on 1 2", 14, "expected the end of the line, found `2`"),
      ("= gather", 9, "expected a gather, 0 to 3, found the end of the line"),
      ("= gather 4 0x0 0x0 queued=0", 10, "expected a gather, 0 to 3, found `4`"),
      ("= gather 0", 11, "expected a start, found the end of the line"),
      ("= gather 0 0x0", 15, "expected a last address, found the end of the line"),
      ("= gather 0 0x0 0x0", 19, "expected `queued=`, found the end of the line"),
      ("= gather 0 0x0 0x0 queued", 20, "expected `queued=`, found `queued`"),
      ("= gather 0 0x0 0x0 queued=2", 27, "expected 0 or 1, found `2`"),
      ("= gather 0 0x0 0x0 0x0", 20, "expected `queued=`, found `0x0`"),
      ("= gather 0 0x0 0x0 queued=0 page", 29, "expected the address of a page, found `page`"),
    ])

  @Test(arguments: events) func aWrongEventIsNamed(_ bad: BadText) {
    expectFaultOfObservation(bad)
  }

  static let descriptions = BadText.lines(
    after: Start.domain,
    [
      ("= pte", 6, "expected the address of a table, found the end of the line"),
      ("= pte 0x800000000", 18, "expected FIRST..LAST, found the end of the line"),
      ("= pte 0x800000000 4", 19, "expected FIRST..LAST, found `4`"),
      ("= pte 0x800000000 4.5 0x0 +0x0", 19, "expected FIRST..LAST, found `4.5`"),
      ("= pte 0x800000000 4..", 22, "expected an index, found the end of the line"),
      ("= pte 0x800000000 ..4 0x0 +0x0", 19, "expected an index, found `..4`"),
      ("= pte 0x800000000 4...5 0x0 +0x0", 22, "expected an index, found `.5`"),
      ("= pte 0x800000000 5..4 0x0 +0x0", 19, "expected FIRST..LAST, rising, found `5..4`"),
      ("= pte 0x800000000 4..4", 23, "expected the value of a word, found the end of the line"),
      ("= pte 0x800000000 4..4 0x0", 27, "expected `+` and a stride, found the end of the line"),
      ("= pte 0x800000000 4..4 0x0 0x0", 28, "expected `+` and a stride, found `0x0`"),
      ("= pte 0x800000000 4..4 0x0 +", 29, "expected a stride, found the end of the line"),
      ("= pte 0x800000000 4..4 0x0 + 0x0", 29, "expected a stride, found nothing"),
      ("= pte 0x800000000 4..4 0x0 -0x1", 28, "expected `+` and a stride, found `-0x1`"),
      ("= pte 0x800000000 4..4 0x0 +0x0 0x0", 33, "expected the end of the line, found `0x0`"),
      ("= info", 7, "expected `pgsizes=`, found the end of the line"),
      ("= info first=0x0", 8, "expected `pgsizes=`, found `first=0x0`"),
      ("= info pgsizes=0x1000", 22, "expected `first=`, found the end of the line"),
      ("= info pgsizes=0x1000 first=0x0", 32, "expected `last=`, found the end of the line"),
      (
        "= info pgsizes=0x1000 first=0x0 last=0x0", 41,
        "expected `top=`, found the end of the line"
      ),
      (
        "= info pgsizes=0x1000 first=0x0 last=0x0 top=0x0", 49,
        "expected `level=`, found the end of the line"
      ),
      (
        "= info pgsizes=0x1000 first=0x0 last=0x0 top=0x0 level=x", 56,
        "expected a level, found `x`"
      ),
      (
        "= info pgsizes=0x1000 first=0x0 last=0x0 top=0x0 level=2", 57,
        "expected `features=`, found the end of the line"
      ),
      (
        "= info pgsizes=0x1000 first=0x0 last=0x0 top=0x0 level=2 features=some", 67,
        "expected a feature or `none`, found `some`"
      ),
      (
        "= info pgsizes=0x1000 first=0x0 last=0x0 top=0x0 level=2 features=none", 71,
        "expected `va=`, found the end of the line"
      ),
      (
        "= info pgsizes=0x1000 first=0x0 last=0x0 top=0x0 level=2 features=none va=39", 77,
        "expected `oa=`, found the end of the line"
      ),
      (
        "= info pgsizes=0x1000 first=0x0 last=0x0 top=0x0 level=2 features=none va=39 oa=56 0", 84,
        "expected the end of the line, found `0`"
      ),
    ])

  @Test(arguments: descriptions) func aWrongDescriptionIsNamed(_ bad: BadText) {
    expectFaultOfObservation(bad)
  }
}
