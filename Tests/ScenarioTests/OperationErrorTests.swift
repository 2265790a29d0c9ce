// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// Every way in which an operation on the domain can be wrong.
@Suite struct OperationErrorTests {
  static let operations = BadText.lines(
    after: Start.domain,
    [
      ("map", 4, "expected an IOVA, found the end of the line"),
      ("map 0x0", 8, "expected a physical address, found the end of the line"),
      ("map 0x0 0x0", 12, "expected a length in bytes, found the end of the line"),
      (
        "map 0x0 0x0 0x1000", 19,
        "expected a protection: letters of `rwcnmp` without repeats, or `-`, found the end "
          + "of the line"
      ),
      (
        "map 0x0 0x0 0x1000 rr", 20,
        "expected a protection: letters of `rwcnmp` without repeats, or `-`, found `rr`"
      ),
      (
        "map 0x0 0x0 0x1000 rwcnmpr", 20,
        "expected a protection: letters of `rwcnmp` without repeats, or `-`, found `rwcnmpr`"
      ),
      (
        "map 0x0 0x0 0x1000 rx", 20,
        "expected a protection: letters of `rwcnmp` without repeats, or `-`, found `rx`"
      ),
      (
        "map 0x0 0x0 0x1000 r-", 20,
        "expected a protection: letters of `rwcnmp` without repeats, or `-`, found `r-`"
      ),
      ("map 0x0 0x0 0x1000 r w", 22, "expected the end of the line, found `w`"),
      ("map 0x 0x0 0x1000 r", 5, "expected an IOVA, found `0x`"),
      ("map 0x0 -1 0x1000 r", 9, "expected a physical address, found `-1`"),
      ("map 0x0 0x0 4096k r", 13, "expected a length in bytes, found `4096k`"),
      (
        "map 0x0 0x10000000000000000 0x1000 r", 9,
        "expected a physical address, found `0x10000000000000000` (numbers have 64 bits)"
      ),
      (
        "map 0x0 0x0 0x1FFF r", 13,
        "expected a length in bytes, found `0x1FFF` (hexadecimal is written in lower case)"
      ),
      ("map_range", 10, "expected an IOVA, found the end of the line"),
      ("map_range 0x0", 14, "expected a physical address, found the end of the line"),
      ("map_range 0x0 0x0", 18, "expected a length in bytes, found the end of the line"),
      (
        "map_range 0x0 0x0 0x1000", 25,
        "expected a protection: letters of `rwcnmp` without repeats, or `-`, found the end "
          + "of the line"
      ),
      ("map_range 0x0 0x0 0x1000 rw rw", 29, "expected the end of the line, found `rw`"),
      ("unmap", 6, "expected an IOVA, found the end of the line"),
      ("unmap 0x0", 10, "expected a length in bytes, found the end of the line"),
      ("unmap 0x0 0x1000 0x0", 18, "expected the end of the line, found `0x0`"),
      ("gather", 7, "expected a gather, 0 to 3, found the end of the line"),
      ("gather 4 strict", 8, "expected a gather, 0 to 3, found `4`"),
      ("gather 0", 9, "expected `strict` or `queued`, found the end of the line"),
      ("gather 0 lazy", 10, "expected `strict` or `queued`, found `lazy`"),
      ("gather x strict", 8, "expected a gather, 0 to 3, found `x`"),
      ("gather 0 strict queued", 17, "expected the end of the line, found `queued`"),
      ("unmap_fast", 11, "expected a gather, 0 to 3, found the end of the line"),
      ("unmap_fast 4 0x0 0x1000", 12, "expected a gather, 0 to 3, found `4`"),
      ("unmap_fast 0", 13, "expected an IOVA, found the end of the line"),
      ("unmap_fast 0 0x0", 17, "expected a length in bytes, found the end of the line"),
      ("unmap_fast 0 0x0 0x1000 0x0", 25, "expected the end of the line, found `0x0`"),
      ("iotlb_sync", 11, "expected a gather, 0 to 3, found the end of the line"),
      ("iotlb_sync 4", 12, "expected a gather, 0 to 3, found `4`"),
      ("iotlb_sync 0 0", 14, "expected the end of the line, found `0`"),
      ("flush", 6, "expected a gather, 0 to 3, found the end of the line"),
      ("flush 4", 7, "expected a gather, 0 to 3, found `4`"),
      ("flush 0 0", 9, "expected the end of the line, found `0`"),
      ("iova_to_phys", 13, "expected an IOVA, found the end of the line"),
      ("iova_to_phys 0x0 0x0", 18, "expected the end of the line, found `0x0`"),
      ("set_dirty", 10, "expected an IOVA, found the end of the line"),
      ("set_dirty 0x0 0x0", 15, "expected the end of the line, found `0x0`"),
      ("read_and_clear_dirty", 21, "expected a gather, 0 to 3, found the end of the line"),
      ("read_and_clear_dirty 4 0x0 0x1000 clear", 22, "expected a gather, 0 to 3, found `4`"),
      ("read_and_clear_dirty 0", 23, "expected an IOVA, found the end of the line"),
      ("read_and_clear_dirty 0 0x0", 27, "expected a length in bytes, found the end of the line"),
      (
        "read_and_clear_dirty 0 0x0 0x1000", 34,
        "expected `clear` or `keep`, found the end of the line"
      ),
      ("read_and_clear_dirty 0 0x0 0x1000 maybe", 35, "expected `clear` or `keep`, found `maybe`"),
      (
        "read_and_clear_dirty 0 0x0 0x1000 keep clear", 40,
        "expected the end of the line, found `clear`"
      ),
      ("fail_alloc", 11, "expected a count of allocations, found the end of the line"),
      ("fail_alloc x", 12, "expected a count of allocations, found `x`"),
      ("fail_alloc 1 2", 14, "expected the end of the line, found `2`"),
    ])

  @Test(arguments: operations) func aWrongOperationIsNamed(_ bad: BadText) {
    expectFault(bad)
  }

  static let processors = BadText.lines(
    after: Start.domain,
    [
      ("unmap 0x0 0x1000 cpu=0", 18, "expected the end of the line, found `cpu=0`"),
      ("map 0x0 0x0 0x1000 r cpu=1", 22, "expected the end of the line, found `cpu=1`"),
    ])

  @Test(arguments: processors) func noOperationOnTheDomainTakesACPU(_ bad: BadText) {
    expectFault(bad)
  }

  static let layer = BadText.lines(
    after: Start.domain,
    [
      (
        "dma_map 0 0x1000 0x1000 to_device", 1,
        "expected a `dma` line before an operation of the DMA layer, found `dma_map`"
      ),
      (
        "dma_map_sg 0 to_device 0x1000:0x1000", 1,
        "expected a `dma` line before an operation of the DMA layer, found `dma_map_sg`"
      ),
      (
        "dma_unmap 0", 1,
        "expected a `dma` line before an operation of the DMA layer, found `dma_unmap`"
      ),
      ("relax", 1, "expected a `dma` line before an operation of the DMA layer, found `relax`"),
      ("fail_fq", 1, "expected a `dma` line before an operation of the DMA layer, found `fail_fq`"),
      ("tick 1", 1, "expected a `dma` line before an operation of the DMA layer, found `tick`"),
      (
        "reserve 0x0 0x1000", 1,
        "expected a `dma` line before an operation of the DMA layer, found `reserve`"
      ),
    ])

  @Test(arguments: layer) func theDMALayerNeedsItsLine(_ bad: BadText) {
    expectFault(bad)
  }
}
