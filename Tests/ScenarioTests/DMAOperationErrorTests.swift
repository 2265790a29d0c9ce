// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// Every way in which an operation of the DMA layer can be wrong.
@Suite struct DMAOperationErrorTests {
  static let operations = BadText.lines(
    after: Start.dma,
    [
      ("dma_map", 8, "expected a handle, 0 to 65535, found the end of the line"),
      ("dma_map 65536 0x1000 0x1000 to_device", 9, "expected a handle, 0 to 65535, found `65536`"),
      ("dma_map -1 0x1000 0x1000 to_device", 9, "expected a handle, 0 to 65535, found `-1`"),
      ("dma_map 0", 10, "expected a physical address, found the end of the line"),
      (
        "dma_map 0 0x1000", 17,
        "expected a length, 1 to 0x1000000000000 bytes, found the end of the line"
      ),
      (
        "dma_map 0 0x1000 0x1000", 24,
        "expected a direction: to_device, from_device or bidirectional, found the end of the line"
      ),
      (
        "dma_map 0 0x1000 0x0 to_device", 18,
        "expected a length, 1 to 0x1000000000000 bytes, found `0x0`"
      ),
      (
        "dma_map 0 0x1000 0x1000000000001 to_device", 18,
        "expected a length, 1 to 0x1000000000000 bytes, found `0x1000000000001`"
      ),
      (
        "dma_map 0 0x1000 0x1000 both", 25,
        "expected a direction: to_device, from_device or bidirectional, found `both`"
      ),
      (
        "dma_map 0 0x1000 0x1000 to_device cpu=2", 39,
        "expected a CPU below the 2 of the `dma` line, found `2`"
      ),
      ("dma_map 0 0x1000 0x1000 to_device cpu=", 39, "expected a CPU, found the end of the line"),
      ("dma_map 0 0x1000 0x1000 to_device cpu", 35, "expected `cpu=` and a value, found `cpu`"),
      ("dma_map 0 0x1000 0x1000 to_device cpu=x", 39, "expected a CPU, found `x`"),
      (
        "dma_map 0 0x1000 0x1000 to_device cpu=0 cpu=1", 41,
        "expected the end of the line, found `cpu=1`"
      ),
      (
        "dma_map 0 0x1000 0x1000 to_device now", 35,
        "expected `cpu=` or the end of the line, found `now`"
      ),
      ("dma_unmap", 10, "expected a handle, 0 to 65535, found the end of the line"),
      ("dma_unmap 65536", 11, "expected a handle, 0 to 65535, found `65536`"),
      ("dma_unmap 0 cpu=2", 17, "expected a CPU below the 2 of the `dma` line, found `2`"),
      ("dma_unmap 0 1", 13, "expected `cpu=` or the end of the line, found `1`"),
      ("relax 0", 7, "expected `cpu=` or the end of the line, found `0`"),
      ("relax cpu=2", 11, "expected a CPU below the 2 of the `dma` line, found `2`"),
      ("fail_fq 1", 9, "expected the end of the line, found `1`"),
      ("fail_fq cpu=0", 9, "expected the end of the line, found `cpu=0`"),
      ("tick", 5, "expected a time in milliseconds, found the end of the line"),
      ("tick soon", 6, "expected a time in milliseconds, found `soon`"),
      ("tick 1 cpu=1", 8, "expected the end of the line, found `cpu=1`"),
      ("tick 1 2", 8, "expected the end of the line, found `2`"),
      ("reserve", 8, "expected an IOVA, found the end of the line"),
      ("reserve 0x0", 12, "expected a length in bytes, found the end of the line"),
      ("reserve 0x0 0x0", 13, "expected a length of at least 1 byte, found `0x0`"),
      (
        "reserve 0xfffffffffffff000 0x1001", 28,
        "expected a length with which the range does not wrap, found `0x1001`"
      ),
      ("reserve 0x0 0x1000 cpu=0", 20, "expected the end of the line, found `cpu=0`"),
      ("unmap 0x0 0x1000 cpu=0", 18, "expected the end of the line, found `cpu=0`"),
      ("map 0x0 0x0 0x1000 r cpu=1", 22, "expected the end of the line, found `cpu=1`"),
    ])

  @Test(arguments: operations) func aWrongOperationIsNamed(_ bad: BadText) {
    expectFault(bad)
  }

  static let lists = BadText.lines(
    after: Start.dma,
    [
      ("dma_map_sg", 11, "expected a handle, 0 to 65535, found the end of the line"),
      (
        "dma_map_sg 65536 to_device 0x1000:0x1000", 12,
        "expected a handle, 0 to 65535, found `65536`"
      ),
      (
        "dma_map_sg 0", 13,
        "expected a direction: to_device, from_device or bidirectional, found the end of the line"
      ),
      (
        "dma_map_sg 0 both 0x1000:0x1000", 14,
        "expected a direction: to_device, from_device or bidirectional, found `both`"
      ),
      ("dma_map_sg 0 to_device", 23, "expected a piece, PA:LEN, found the end of the line"),
      (
        "dma_map_sg 0 to_device cpu=1", 24,
        "expected a physical address that is a multiple of 0x1000, found `cpu=1`"
      ),
      ("dma_map_sg 0 to_device 0x1000", 30, "expected `:` and a length, found the end of the line"),
      (
        "dma_map_sg 0 to_device 0x1000:", 31,
        "expected a length that is a multiple of 0x1000, at most 0xfffff000, found the end "
          + "of the line"
      ),
      (
        "dma_map_sg 0 to_device :0x1000", 24,
        "expected a physical address that is a multiple of 0x1000, found `:0x1000`"
      ),
      ("dma_map_sg 0 to_device 0x1000 :0x1000", 30, "expected `:` and a length, found nothing"),
      (
        "dma_map_sg 0 to_device 0x1800:0x1000", 24,
        "expected a physical address that is a multiple of 0x1000, found `0x1800:0x1000`"
      ),
      (
        "dma_map_sg 0 to_device 0x1000:0x800", 31,
        "expected a length that is a multiple of 0x1000, at most 0xfffff000, found `0x800`"
      ),
      (
        "dma_map_sg 0 to_device 0x1000:0xfffff001", 31,
        "expected a length that is a multiple of 0x1000, at most 0xfffff000, found `0xfffff001`"
      ),
      (
        "dma_map_sg 0 to_device 0x1000:0x100000000", 31,
        "expected a length that is a multiple of 0x1000, at most 0xfffff000, found `0x100000000`"
      ),
      (
        "dma_map_sg 0 to_device 0x1000:0x1000 0x2000", 44,
        "expected `:` and a length, found the end of the line"
      ),
      (
        "dma_map_sg 0 to_device 0x1000:0x1000:0x1000", 31,
        "expected a length that is a multiple of 0x1000, at most 0xfffff000, found "
          + "`0x1000:0x1000`"
      ),
      (
        "dma_map_sg 0 to_device 0x1000:0x1000 cpu=2", 42,
        "expected a CPU below the 2 of the `dma` line, found `2`"
      ),
      (
        "dma_map_sg 0 to_device 0x1000:0x1000 cpu=1 0x2000:0x1000", 44,
        "expected the end of the line, found `0x2000:0x1000`"
      ),
      (
        "dma_map_sg 0 to_device 0x1000:0x1000 caller", 38,
        "expected `cpu=` or the end of the line, found `caller`"
      ),
    ])

  @Test(arguments: lists) func aWrongScatterlistIsNamed(_ bad: BadText) {
    expectFault(bad)
  }

  static let gathers = BadText.lines(
    after: Start.dma,
    [
      (
        "gather 0 strict", 1,
        "expected an operation without a gather after a `dma` line, found `gather`"
      ),
      (
        "unmap_fast 0 0x0 0x1000", 1,
        "expected an operation without a gather after a `dma` line, found `unmap_fast`"
      ),
      (
        "iotlb_sync 0", 1,
        "expected an operation without a gather after a `dma` line, found `iotlb_sync`"
      ),
      ("flush 0", 1, "expected an operation without a gather after a `dma` line, found `flush`"),
      (
        "read_and_clear_dirty 0 0x0 0x1000 clear", 1,
        "expected an operation without a gather after a `dma` line, found `read_and_clear_dirty`"
      ),
    ])

  @Test(arguments: gathers) func aGatherCannotBeNamedBesideADMALayer(_ bad: BadText) {
    expectFault(bad)
  }
}
