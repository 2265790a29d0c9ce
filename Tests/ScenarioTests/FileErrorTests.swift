// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// Every way in which a file's order of statements, its words and its line ends can be wrong.
@Suite struct FileErrorTests {
  static let files = [
    BadText("", 1, 1, "expected `iopt 1`, found the end of the file"),
    BadText("\n\n", 3, 1, "expected `iopt 1`, found the end of the file"),
    BadText("# only a comment\n", 2, 1, "expected `iopt 1`, found the end of the file"),
    BadText("iopt 1\n", 2, 1, "expected `domain`, found the end of the file"),
    BadText("iopt 1", 2, 1, "expected `domain`, found the end of the file"),
    BadText(Start.domain + "iopt 1\n", 4, 1, "expected `domain`, found the end of the file"),
    BadText(
      "domain format=riscv_64 va=39 oa=56 features=none\n", 1, 1,
      "expected `iopt 1` before another `domain`, found `domain`"),
    BadText("map 0x0 0x0 0x1000 r\n", 1, 1, "expected `iopt 1`, found `map`"),
    BadText("= warn\n", 1, 1, "expected `iopt 1`, found `=`"),
    BadText(
      "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=0xffffffff\n", 1, 1,
      "expected `iopt 1`, found `dma`"),
    BadText("nonsense\n", 1, 1, "expected `iopt 1`, found `nonsense`"),
    BadText("iopt\n", 1, 5, "expected version 1 or 2 of the language, found the end of the line"),
    BadText("iopt 3\n", 1, 6, "expected version 1 or 2 of the language, found `3`"),
    BadText("iopt 0\n", 1, 6, "expected version 1 or 2 of the language, found `0`"),
    BadText("iopt one\n", 1, 6, "expected version 1 or 2 of the language, found `one`"),
    BadText("iopt 1 1\n", 1, 8, "expected the end of the line, found `1`"),
    BadText("Iopt 1\n", 1, 1, "expected `iopt 1`, found `Iopt`"),
    BadText("\u{feff}iopt 1\n", 1, 1, "expected `iopt 1`, found `\u{fffd}iopt`"),
    BadText(Start.file + "iopt 1\n", 2, 1, "expected `domain`, found `iopt`"),
    BadText(Start.file + "map 0x0 0x0 0x1000 r\n", 2, 1, "expected `domain`, found `map`"),
    BadText(Start.file + "= warn\n", 2, 1, "expected `domain`, found `=`"),
    BadText(
      Start.file + "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=0xffffffff\n", 2, 1,
      "expected `domain`, found `dma`"),
    BadText(
      Start.domain + "domain format=riscv_64 va=39 oa=56 features=sign_extend\n", 3, 1,
      "expected `iopt 1` before another `domain`, found `domain`"),
    BadText(
      Start.dma + "domain format=riscv_64 va=39 oa=56 features=sign_extend\n", 4, 1,
      "expected `iopt 1` before another `domain`, found `domain`"),
    BadText(
      Start.domain + "unmap 0x0 0x1000\ndomain format=riscv_64 va=39 oa=56 features=sign_extend\n",
      4, 1,
      "expected `iopt 1` before another `domain`, found `domain`"),
    BadText(
      Start.domain
        + "unmap 0x0 0x1000\ndma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=0xffffffff\n",
      4, 1,
      "expected `dma` right after `domain`, found `dma`"),
    BadText(
      Start.dma + "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=0xffffffff\n", 4, 1,
      "expected `dma` right after `domain`, found `dma`"),
    BadText(
      Start.domain + "  frobnicate 0x0\n", 3, 3,
      "expected an operation, `iopt` or an observation, found `frobnicate`"),
    BadText(
      Start.domain + "MAP 0x0 0x0 0x1000 r\n", 3, 1,
      "expected an operation, `iopt` or an observation, found `MAP`"),
    BadText(
      Start.domain + "=warn\n", 3, 1,
      "expected an operation, `iopt` or an observation, found `=warn`"),
    BadText(
      Start.domain + "unmap 0x0 0x1000 \r\n", 3, 18,
      "expected the end of the line, found `\u{fffd}` (lines end in a line feed alone)"),
    BadText(
      "iopt 1\r\n", 1, 6,
      "expected version 1 or 2 of the language, found `1\u{fffd}` (lines end in a line feed alone)"),
    BadText(
      Start.domain + "unmap 0x0 0x1000\r\n", 3, 11,
      "expected a length in bytes, found `0x1000\u{fffd}` (lines end in a line feed alone)"),
    BadText(
      Start.domain + "\r\n", 3, 1,
      "expected an operation, `iopt` or an observation, found `\u{fffd}` (lines end in a line feed alone)"
    ),
    BadText(
      Start.domain + "unmap\t0x0 0x1000\n", 3, 1,
      "expected an operation, `iopt` or an observation, found `unmap\u{fffd}0x0` (words are separated by spaces)"
    ),
    BadText(
      Start.domain + "unmap 0x0", 3, 10,
      "expected a length in bytes, found the end of the line"),
    BadText(
      Start.domain + "unmap 0x0 0x1000\0\n", 3, 17,
      "expected UTF-8 text, found the byte 0x0"),
  ]

  @Test(arguments: files) func aWrongStatementIsNamed(_ bad: BadText) {
    expectFault(bad)
  }
}
