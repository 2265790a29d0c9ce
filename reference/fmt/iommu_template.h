/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compiles the page table for the format that the including file has defined,
 * once as the production build and once as the debug build. The format itself
 * is compiled once: nothing in it depends on the build.
 *
 * A format's file defines, in this order,
 *   PT_MAX_VA_ADDRESS_LG2, PT_MAX_OUTPUT_ADDRESS_LG2, PT_MAX_TOP_LEVEL and
 *   PT_GRANULE_LG2SZ; enum iopt_feature bits as PT_FORMAT_FEATURES (only this
 *   format has them), PT_WIRED_FEATURES (the production build takes them) and
 *   PT_FORCE_ENABLED_FEATURES (always on);
 * includes pt_defs.h, defines the functions
 *   pt_table_pa, pt_entry_oa, pt_can_have_leaf, pt_num_items_lg2,
 *   pt_load_entry_raw, pt_install_leaf_entry, pt_install_table,
 *   pt_iommu_set_prot and pt_iommu_fmt_init,
 * as far as it has a use for them (each with a macro of its own name) those
 * for which pt_common.h has defaults, and PT_FORMAT, its name; and includes this.
 */
#include "formats.h"

#include "../pt_common.h"

#define PT_JOIN_(a, b) a##b
#define PT_JOIN(a, b) PT_JOIN_(a, b)
/* The name of one of the operations, in this format and build. */
#define NS(name) PT_JOIN(PT_JOIN(pt_iommu_, PTPFX), PT_JOIN(_, name))

#define PTPFX PT_FORMAT
#define PT_DEBUG 0
#include "../iommu_pt.h"
#undef PT_DEBUG
#undef PTPFX

#define PTPFX PT_JOIN(PT_FORMAT, _debug)
#define PT_DEBUG 1
#include "../pt_debug_names.h"
#include "../iommu_pt.h"
