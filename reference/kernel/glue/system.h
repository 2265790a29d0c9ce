/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the glue that sees the C library and the glue that sees the kernel's headers. */
#ifndef SHIM_SYSTEM_H
#define SHIM_SYSTEM_H

#include "../include/shim/context.h"

/* Memory that is not the kernel's: the glue's own. */
void *shim_system_alloc(size_t bytes);
void shim_system_free(void *memory);
/*
 * Zeroed memory for a domain's descriptors of pages, and back: `used` bytes of it were written. What
 * comes back is handed out again, with only those bytes cleared.
 */
void *shim_system_alloc_pages(size_t bytes);
void shim_system_free_pages(void *memory, size_t used);
/* Gives back all that the kernel's allocators still have out. */
void shim_free_all(struct shim_context *context);
/* Warns, with a note, of what the kernel's allocators have out when nothing should be. */
void shim_tell_leaks(void);
/* Calls the function; false when it ended in shim_crash(). */
_Bool shim_guarded(void (*function)(void *), void *argument);
/* A source file's path as people say it: from drivers/iommu on. */
const char *shim_kernel_file(const char *file);

#endif
