/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which blocks of the tree's code were entered, for whoever asks: the plug-in
 * built with --lines has the compiler call this file at each block. The file
 * that LOCKSTEP_LINES_NAME names, NAME being the plug-in's without what follows
 * its first dot, is shared memory: struct shim_lines.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* As many blocks as there may be; Sources/Lockstep/Review/BlockMap.swift has the same number. */
#define BLOCKS 262144u

struct shim_lines {
	uint64_t count; /* blocks that there are */
	uint64_t starts[BLOCKS]; /* where each begins: an address of the file */
	uint8_t entered[BLOCKS]; /* 1: it was */
};

static struct shim_lines *lines;
/* Where the plug-in was loaded. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

static struct shim_lines *shared(void)
{
	char name[256] = "LOCKSTEP_LINES_";
	const char *file;
	Dl_info info;
	void *memory;
	int fd;

	if (!dladdr(__ehdr_start, &info) || !info.dli_fname)
		return NULL;
	file = strrchr(info.dli_fname, '/');
	snprintf(name + strlen(name), sizeof(name) - strlen(name), "%s",
		 file ? file + 1 : info.dli_fname);
	*strchrnul(name, '.') = 0;
	file = getenv(name);
	fd = file ? open(file, O_RDWR | O_CLOEXEC) : -1;
	if (fd < 0)
		return NULL;
	memory = mmap(NULL, sizeof(*lines), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return memory == MAP_FAILED ? NULL : memory;
}

void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop)
{
	uint32_t number = 0;

	/* Each object asks for all of them. */
	if (start == stop || *start)
		return;
	for (uint32_t *guard = start; guard < stop && number < BLOCKS; guard++)
		*guard = ++number;
}

void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop)
{
	uint64_t count = (uint64_t)(stop - start) / 2; /* a place and its flags */

	if (lines)
		return;
	lines = shared();
	if (!lines)
		return;
	lines->count = count < BLOCKS ? count : BLOCKS;
	for (uint64_t i = 0; i < lines->count; i++)
		lines->starts[i] = start[2 * i] - (uintptr_t)__ehdr_start;
}

void __sanitizer_cov_trace_pc_guard(const uint32_t *guard)
{
	if (lines && *guard)
		lines->entered[*guard - 1] = 1;
}
