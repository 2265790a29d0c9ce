// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// A `= ret` is written as the statement before it says.
@Suite struct ResultErrorTests {
  static let results = [
    BadText(
      Start.domain + "= ret\n", 3, 6,
      "expected 0 or the name of an errno, found the end of the line"),
    BadText(
      Start.domain + "= ret EWHATEVER\n", 3, 7,
      "expected 0 or the name of an errno, found `EWHATEVER`"),
    BadText(
      Start.domain + "= ret 0 mapped=0x0\n", 3, 9,
      "expected the end of the line, found `mapped=0x0`"),
    BadText(
      Start.domain + "map 0x0 0x0 0x1000 r\n= ret\n", 4, 6,
      "expected 0 or the name of an errno, found the end of the line"),
    BadText(
      Start.domain + "map 0x0 0x0 0x1000 r\n= ret 0\n", 4, 8,
      "expected `mapped=`, found the end of the line"),
    BadText(
      Start.domain + "map 0x0 0x0 0x1000 r\n= ret 0 0x1000\n", 4, 9,
      "expected `mapped=`, found `0x1000`"),
    BadText(
      Start.domain + "map 0x0 0x0 0x1000 r\n= ret 0 mapped\n", 4, 9,
      "expected `mapped=`, found `mapped`"),
    BadText(
      Start.domain + "map 0x0 0x0 0x1000 r\n= ret 0 mapped=\n", 4, 16,
      "expected a length in bytes, found the end of the line"),
    BadText(
      Start.domain + "map 0x0 0x0 0x1000 r\n= ret DMA_MAPPING_ERROR mapped=0x0\n", 4, 7,
      "expected 0 or the name of an errno, found `DMA_MAPPING_ERROR`"),
    BadText(
      Start.domain + "map 0x0 0x0 0x1000 r\n= ret 0 mapped=0x0 0\n", 4, 20,
      "expected the end of the line, found `0`"),
    BadText(
      Start.domain + "unmap 0x0 0x1000\n= ret\n", 4, 6,
      "expected a number, found the end of the line"),
    BadText(
      Start.domain + "unmap 0x0 0x1000\n= ret EINVAL\n", 4, 7,
      "expected a number, found `EINVAL`"),
    BadText(
      Start.domain + "unmap 0x0 0x1000\n= ret 0x0 mapped=0x0\n", 4, 11,
      "expected the end of the line, found `mapped=0x0`"),
    BadText(
      Start.domain + "set_dirty 0x0\n= ret 0 mapped=0x0\n", 4, 9,
      "expected the end of the line, found `mapped=0x0`"),
    BadText(
      Start.domain + "set_dirty 0x0\n= ret einval\n", 4, 7,
      "expected 0 or the name of an errno, found `einval`"),
    BadText(
      Start.domain + "gather 0 strict\n= ret 0\n", 4, 3,
      "expected no `ret` of a statement that has no result, found `ret`"),
    BadText(
      Start.domain + "iotlb_sync 0\n= ret 0\n", 4, 3,
      "expected no `ret` of a statement that has no result, found `ret`"),
    BadText(
      Start.domain + "flush 0\n= ret 0\n", 4, 3,
      "expected no `ret` of a statement that has no result, found `ret`"),
    BadText(
      Start.domain + "fail_alloc 1\n= ret 0\n", 4, 3,
      "expected no `ret` of a statement that has no result, found `ret`"),
    BadText(
      Start.dma + "= ret 0\n", 4, 3,
      "expected no `ret` of a statement that has no result, found `ret`"),
    BadText(
      Start.dma + "dma_map 0 0x1000 0x1000 to_device\n= ret\n", 5, 6,
      "expected an address or DMA_MAPPING_ERROR, found the end of the line"),
    BadText(
      Start.dma + "dma_map 0 0x1000 0x1000 to_device\n= ret ENOMEM\n", 5, 7,
      "expected an address or DMA_MAPPING_ERROR, found `ENOMEM`"),
    BadText(Start.dma + "dma_unmap 0\n= ret ENOENT\n", 5, 7, "expected a number, found `ENOENT`"),
    BadText(
      Start.dma + "relax\n= ret DMA_MAPPING_ERROR\n", 5, 7,
      "expected 0 or the name of an errno, found `DMA_MAPPING_ERROR`"),
    BadText(
      Start.dma + "fail_fq\n= ret 0\n", 5, 3,
      "expected no `ret` of a statement that has no result, found `ret`"),
    BadText(
      Start.dma + "tick 1\n= ret 0\n", 5, 3,
      "expected no `ret` of a statement that has no result, found `ret`"),
    BadText(
      Start.dma + "reserve 0x0 0x1000\n= ret 0x0\n", 5, 3,
      "expected no `ret` of a statement that has no result, found `ret`"),
  ]

  @Test(arguments: results) func aWrongResultIsNamed(_ bad: BadText) {
    expectFaultOfObservation(bad)
  }
}
