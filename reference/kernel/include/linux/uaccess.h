/* SPDX-License-Identifier: GPL-2.0-only */
/* Ours on purpose: user memory is memory like any other, and never missing. */
#ifndef SHIM_UACCESS_H
#define SHIM_UACCESS_H

#undef copy_from_user
static inline unsigned long copy_from_user(void *to, const void *from, unsigned long bytes)
{
	__builtin_memcpy(to, from, bytes);
	return 0;
}

#endif
