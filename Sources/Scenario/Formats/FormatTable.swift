// SPDX-License-Identifier: GPL-2.0-only

/// The formats that the harness knows, one line each: line n has number n of the subject ABI.
let formatTable: [any FormatDescription.Type] = [
  RISCV64.self,
  AMDv1.self,
  VTDSS.self,
  X8664.self,
]
