/* SPDX-License-Identifier: GPL-2.0-only */
/* AMD v1: its limits, and the features that its production build wires in. */
#include "../abi/iopt_subject.h"

enum {
	PT_MAX_VA_ADDRESS_LG2 = 64,
	PT_MAX_OUTPUT_ADDRESS_LG2 = 52,
	PT_MAX_TOP_LEVEL = 5,
	PT_GRANULE_LG2SZ = 12,
};

#define PT_FORMAT_FEATURES \
	(IOPT_FEATURE_AMDV1_ENCRYPT_TABLES | IOPT_FEATURE_AMDV1_FORCE_COHERENCE)
#define PT_WIRED_FEATURES                                                      \
	(PT_FORMAT_FEATURES | IOPT_FEATURE_FULL_VA | IOPT_FEATURE_DYNAMIC_TOP | \
	 IOPT_FEATURE_FLUSH_RANGE | IOPT_FEATURE_FLUSH_RANGE_NO_GAPS)
#define PT_FORCE_ENABLED_FEATURES \
	((unsigned int)(PT_FORMAT_FEATURES | IOPT_FEATURE_DYNAMIC_TOP))
