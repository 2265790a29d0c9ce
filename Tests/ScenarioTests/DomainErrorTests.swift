// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// Every way in which a `domain` line can be wrong.
@Suite struct DomainErrorTests {
  static let domains = BadText.lines(
    after: Start.file,
    [
      ("domain", 7, "expected `format=`, found the end of the line"),
      ("domain format=riscv_64", 23, "expected `va=`, found the end of the line"),
      ("domain format=riscv_64 va=39", 29, "expected `oa=`, found the end of the line"),
      ("domain format=riscv_64 va=39 oa=56", 35, "expected `features=`, found the end of the line"),
      ("domain va=39 oa=56 features=none", 33, "expected `format=`, found the end of the line"),
      (
        "domain format=riscv_65 va=39 oa=56 features=none", 15,
        "expected a format: riscv_64, amdv1, vtdss or x86_64, found `riscv_65`"
      ),
      (
        "domain format= va=39 oa=56 features=none", 15,
        "expected a format: riscv_64, amdv1, vtdss or x86_64, found nothing"
      ),
      (
        "domain format va=39 oa=56 features=none", 8,
        "expected `format=` and a value, found `format`"
      ),
      (
        "domain format=riscv_64 va=256 oa=56 features=none", 27,
        "expected a width in bits, 0 to 255, found `256`"
      ),
      (
        "domain format=riscv_64 va=39 oa=256 features=none", 33,
        "expected a width in bits, 0 to 255, found `256`"
      ),
      (
        "domain format=riscv_64 va=-1 oa=56 features=none", 27,
        "expected a width in bits, 0 to 255, found `-1`"
      ),
      (
        "domain format=riscv_64 va= oa=56 features=none", 27,
        "expected a width in bits, 0 to 255, found nothing"
      ),
      (
        "domain format=riscv_64 va=0x2G oa=56 features=none", 27,
        "expected a width in bits, 0 to 255, found `0x2G`"
      ),
      (
        "domain format=riscv_64 va=0X27 oa=56 features=none", 27,
        "expected a width in bits, 0 to 255, found `0X27` (hexadecimal is written in lower case)"
      ),
      (
        "domain format=riscv_64 va=0xFF oa=56 features=none", 27,
        "expected a width in bits, 0 to 255, found `0xFF` (hexadecimal is written in lower case)"
      ),
      (
        "domain format=riscv_64 va=39 va=39 oa=56 features=none", 30,
        "expected every argument once, found `va=39`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 oa=56 features=none", 36,
        "expected every argument once, found `oa=56`"
      ),
      (
        "domain format=riscv_64 format=riscv_64 va=39 oa=56 features=none", 24,
        "expected every argument once, found `format=riscv_64`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none features=none", 50,
        "expected every argument once, found `features=none`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=", 45,
        "expected a feature or `none`, found the end of the line"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none,full_va", 45,
        "expected a feature or `none`, found `none,full_va`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=full_va,", 53,
        "expected a feature or `none`, found the end of the line"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=full_va,,sign_extend", 53,
        "expected a feature or `none`, found `,sign_extend`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=fullva", 45,
        "expected a feature or `none`, found `fullva`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=full_va,sign_extend,full_va", 65,
        "expected every feature once, found `full_va`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=flush_range,amdv1_force_coherence", 57,
        "expected a feature that riscv_64 has, found `amdv1_force_coherence`"
      ),
      (
        "domain features=riscv_svnapot_64k format=vtdss va=39 oa=56 top=2", 17,
        "expected a feature that vtdss has, found `riscv_svnapot_64k`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none top=2", 50,
        "expected no `top=`, which riscv_64 does not take, found `top=2`"
      ),
      (
        "domain format=amdv1 va=39 oa=56 features=none", 46,
        "expected `top=`, which amdv1 takes, found the end of the line"
      ),
      (
        "domain format=vtdss va=39 oa=56 features=none", 46,
        "expected `top=`, which vtdss takes, found the end of the line"
      ),
      (
        "domain format=x86_64 va=39 oa=56 features=none", 47,
        "expected `top=`, which x86_64 takes, found the end of the line"
      ),
      (
        "domain format=amdv1 va=39 oa=56 features=none top=4294967296", 51,
        "expected a level, 0 to 4294967295, found `4294967296`"
      ),
      (
        "domain format=amdv1 va=39 oa=56 features=none top=2 top=2", 53,
        "expected every argument once, found `top=2`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none pgsizes=4k", 58,
        "expected a bitmap of page sizes, found `4k`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none pgsizes=0x10000000000000000", 58,
        "expected a bitmap of page sizes, found `0x10000000000000000` (numbers have 64 bits)"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none pgsizes=18446744073709551616", 58,
        "expected a bitmap of page sizes, found `18446744073709551616` (numbers have 64 bits)"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none pgsizes=0x1000 pgsizes=0x1000", 65,
        "expected every argument once, found `pgsizes=0x1000`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none cbit=35", 55,
        "expected a bit, 36 to 63, found `35`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none cbit=64", 55,
        "expected a bit, 36 to 63, found `64`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none cbit=47 cbit=47", 58,
        "expected every argument once, found `cbit=47`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none build=production", 56,
        "expected `debug`, found `production`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none build=debug build=debug", 62,
        "expected every argument once, found `build=debug`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none gather=newest", 57,
        "expected a revision: original, always-add, proposed or merged, found `newest`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none gather=merged gather=original", 64,
        "expected every argument once, found `gather=original`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none width=3", 50,
        "expected an argument of `domain`, found `width=3`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none debug", 50,
        "expected an argument of `domain`, found `debug`"
      ),
      (
        "domain format=riscv_64 va=39 oa=56 features=none =debug", 50,
        "expected an argument of `domain`, found `=debug`"
      ),
    ])

  @Test(arguments: domains) func aWrongDomainLineIsNamed(_ bad: BadText) {
    expectFault(bad)
  }
}
