/* SPDX-License-Identifier: GPL-2.0-only */
#define PTPFX amdv1
#define PT_DEFS_H "defs_amdv1.h"
#define PT_FMT_H "amdv1.h"

#include "iommu_template.h"
