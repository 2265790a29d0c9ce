/* SPDX-License-Identifier: GPL-2.0-only */
#define CONFIG_DEBUG_GENERIC_PT 1
#define PTPFX riscv_64_debug
#define PT_DEFS_H "defs_riscv.h"
#define PT_FMT_H "riscv.h"

#include "iommu_template.h"
