/* SPDX-License-Identifier: GPL-2.0-only */
#define PTPFX riscv_64
#define PT_DEFS_H "defs_riscv.h"
#define PT_FMT_H "riscv.h"

#include "iommu_template.h"
