/* SPDX-License-Identifier: GPL-2.0-only */
#define PTPFX x86_64
#define PT_DEFS_H "defs_x86_64.h"
#define PT_FMT_H "x86_64.h"

#include "iommu_template.h"
