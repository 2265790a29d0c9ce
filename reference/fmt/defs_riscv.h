/* SPDX-License-Identifier: GPL-2.0-only */
/* RISC-V, 64 bits: its limits, and the features that its production build wires in. */
#include "../abi/iopt_subject.h"

enum {
	PT_MAX_VA_ADDRESS_LG2 = 57, /* Sv57 */
	PT_MAX_OUTPUT_ADDRESS_LG2 = 56,
	PT_MAX_TOP_LEVEL = 4,
	PT_GRANULE_LG2SZ = 12,
};

#define PT_FORMAT_FEATURES IOPT_FEATURE_RISCV_SVNAPOT_64K
#define PT_WIRED_FEATURES                                          \
	(IOPT_FEATURE_SIGN_EXTEND | IOPT_FEATURE_FLUSH_RANGE |     \
	 IOPT_FEATURE_RISCV_SVNAPOT_64K)
#define PT_FORCE_ENABLED_FEATURES 0u
