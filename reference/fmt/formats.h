/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every format of the port, one line each: its number, and the name of its
 * file in this folder, which is also part of its operations' names.
 *
 * A new format is a file that defines what iommu_template.h asks for, a number
 * in enum iopt_format, and a line here.
 */
#ifndef LOCKSTEP_FMT_FORMATS_H
#define LOCKSTEP_FMT_FORMATS_H

#include "../pt_iommu.h"

#define PT_FORMATS(FORMAT)                     \
	FORMAT(IOPT_FORMAT_RISCV_64, riscv_64) \
	FORMAT(IOPT_FORMAT_AMDV1, amdv1)       \
	FORMAT(IOPT_FORMAT_VTDSS, vtdss)       \
	FORMAT(IOPT_FORMAT_X86_64, x86_64)

#pragma GCC visibility push(hidden)

/* Each as its production and as its debug build. */
#define PT_DECLARE_OPS(number, name)                        \
	extern const struct pt_iommu_ops pt_iommu_##name##_ops; \
	extern const struct pt_iommu_ops pt_iommu_##name##_debug_ops;

PT_FORMATS(PT_DECLARE_OPS)
#undef PT_DECLARE_OPS

#pragma GCC visibility pop
#endif
