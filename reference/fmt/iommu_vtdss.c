/* SPDX-License-Identifier: GPL-2.0-only */
#define PTPFX vtdss
#define PT_DEFS_H "defs_vtdss.h"
#define PT_FMT_H "vtdss.h"

#include "iommu_template.h"
