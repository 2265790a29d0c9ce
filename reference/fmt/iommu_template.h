/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compiles the page table for one format and build. The including file defines
 * PTPFX, the prefix of the names, PT_DEFS_H and PT_FMT_H, the format's headers,
 * and for the debug build CONFIG_DEBUG_GENERIC_PT.
 */
#define PT_JOIN_(a, b) a##b
#define PT_JOIN(a, b) PT_JOIN_(a, b)
#define NS(name) PT_JOIN(PT_JOIN(pt_iommu_, PTPFX), PT_JOIN(_, name))

#include PT_DEFS_H
#include "../pt_defs.h"
#include PT_FMT_H
#include "../iommu_pt.h"
