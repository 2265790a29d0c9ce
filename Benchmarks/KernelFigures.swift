// SPDX-License-Identifier: GPL-2.0-only

/// What the kernel's own code takes, compiled natively with clang 21 at -O2 on a machine of this
/// kind: nanoseconds of one call, best of 9 runs, table present.
enum KernelFigures {
  static let of: [String: (map: Double, unmap: Double)] = [
    "riscv_64 Sv39 4K": (13.7, 26.9), "riscv_64 Sv39 256×4K": (490, 951),
    "riscv_64 Sv39 64K": (63.5, 29.0), "riscv_64 Sv39 256×64K": (8713, 1372),
    "riscv_64 Sv39 2M": (29.7, 21.0), "riscv_64 Sv39 256×2M": (480, 1031),
    "riscv_64 Sv39 1G": (21.9, 14.8), "riscv_64 Sv39 256×1G": (470, 1021),
    "riscv_64 Sv48 4K": (14.7, 33.2), "riscv_64 Sv48 256×4K": (490, 961),
    "amdv1 4K": (16.9, 35.3), "amdv1 256×4K": (420, 430),
    "amdv1 64K": (78.5, 40.1), "amdv1 256×64K": (9774, 2294),
    "amdv1 2M": (40.5, 29.0), "amdv1 256×2M": (410, 470),
    "vtdss 4K": (14.9, 34.3), "vtdss 256×4K": (460, 410),
    "x86_64 4K": (16.6, 38.4), "x86_64 256×4K": (420, 410),
  ]
}
