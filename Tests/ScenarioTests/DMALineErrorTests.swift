// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// Every way in which a `dma` line can be wrong.
@Suite struct DMALineErrorTests {
  static let lines = BadText.lines(
    after: Start.domain,
    [
      ("dma", 4, "expected `queue=`, found the end of the line"),
      ("dma queue=percpu", 17, "expected `cpus=`, found the end of the line"),
      ("dma queue=percpu cpus=2", 24, "expected `size=`, found the end of the line"),
      ("dma queue=percpu cpus=2 size=4", 31, "expected `timeout=`, found the end of the line"),
      (
        "dma queue=percpu cpus=2 size=4 timeout=10", 42,
        "expected `mode=`, found the end of the line"
      ),
      (
        "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq", 50,
        "expected `limit=`, found the end of the line"
      ),
      (
        "dma queue=both cpus=2 size=4 timeout=10 mode=fq limit=0x0", 11,
        "expected `percpu` or `single`, found `both`"
      ),
      (
        "dma queue=single queue=single cpus=2 size=4 timeout=10 mode=fq limit=0x0", 18,
        "expected every argument once, found `queue=single`"
      ),
      (
        "dma queue=percpu cpus=0 size=4 timeout=10 mode=fq limit=0x0", 23,
        "expected a number of CPUs, 1 to 256, found `0`"
      ),
      (
        "dma queue=percpu cpus=257 size=4 timeout=10 mode=fq limit=0x0", 23,
        "expected a number of CPUs, 1 to 256, found `257`"
      ),
      (
        "dma queue=percpu cpus=2 cpus=2 size=4 timeout=10 mode=fq limit=0x0", 25,
        "expected every argument once, found `cpus=2`"
      ),
      (
        "dma queue=percpu cpus=2 size=1 timeout=10 mode=fq limit=0x0", 30,
        "expected a power of two, 2 to 65536, found `1`"
      ),
      (
        "dma queue=percpu cpus=2 size=3 timeout=10 mode=fq limit=0x0", 30,
        "expected a power of two, 2 to 65536, found `3`"
      ),
      (
        "dma queue=percpu cpus=2 size=131072 timeout=10 mode=fq limit=0x0", 30,
        "expected a power of two, 2 to 65536, found `131072`"
      ),
      (
        "dma queue=percpu cpus=2 size=4 size=4 timeout=10 mode=fq limit=0x0", 32,
        "expected every argument once, found `size=4`"
      ),
      (
        "dma queue=percpu cpus=2 size=4 timeout=soon mode=fq limit=0x0", 40,
        "expected a time in milliseconds, found `soon`"
      ),
      (
        "dma queue=percpu cpus=2 size=4 timeout=10 timeout=10 mode=fq limit=0x0", 43,
        "expected every argument once, found `timeout=10`"
      ),
      (
        "dma queue=percpu cpus=2 size=4 timeout=10 mode=DMA-FQ limit=0x0", 48,
        "expected `strict` or `fq`, found `DMA-FQ`"
      ),
      (
        "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq mode=fq limit=0x0", 51,
        "expected every argument once, found `mode=fq`"
      ),
      (
        "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=none", 57,
        "expected an address mask, found `none`"
      ),
      (
        "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=0x0 limit=0x0", 61,
        "expected every argument once, found `limit=0x0`"
      ),
      (
        "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=0x0 pci32 pci32", 67,
        "expected every argument once, found `pci32`"
      ),
      (
        "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=0x0 pci32=1", 61,
        "expected `pci32` without a value, found `pci32=1`"
      ),
      (
        "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=0x0 pci64", 61,
        "expected an argument of `dma`, found `pci64`"
      ),
    ])

  @Test(arguments: lines) func aWrongDMALineIsNamed(_ bad: BadText) {
    expectFault(bad)
  }
}
