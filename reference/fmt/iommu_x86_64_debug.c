/* SPDX-License-Identifier: GPL-2.0-only */
#define CONFIG_DEBUG_GENERIC_PT 1
#define PTPFX x86_64_debug
#define PT_DEFS_H "defs_x86_64.h"
#define PT_FMT_H "x86_64.h"

#include "iommu_template.h"
