/* SPDX-License-Identifier: GPL-2.0-only */
#include "version.h"

#ifndef LOCKSTEP_COMMIT
#define LOCKSTEP_COMMIT "unknown"
#endif

const char *lockstep_version(void)
{
	return "1 (commit " LOCKSTEP_COMMIT ", behaviour of Linux 7.1, 7.2, 7.3)";
}
