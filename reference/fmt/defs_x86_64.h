/* SPDX-License-Identifier: GPL-2.0-only */
/* x86-64: its limits, and the features that its production build wires in. */
#include "../abi/iopt_subject.h"

enum {
	PT_MAX_VA_ADDRESS_LG2 = 57,
	PT_MAX_OUTPUT_ADDRESS_LG2 = 52,
	PT_MAX_TOP_LEVEL = 4,
	PT_GRANULE_LG2SZ = 12,
};

#define PT_FORMAT_FEATURES IOPT_FEATURE_X86_64_AMD_ENCRYPT_TABLES
#define PT_WIRED_FEATURES                                                         \
	(PT_FORMAT_FEATURES | IOPT_FEATURE_DMA_INCOHERENT | IOPT_FEATURE_SIGN_EXTEND | \
	 IOPT_FEATURE_FLUSH_RANGE | IOPT_FEATURE_FLUSH_RANGE_NO_GAPS)
#define PT_FORCE_ENABLED_FEATURES 0u
