/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which edges inputs reached. libFuzzer counts in an array of bytes of each loaded
 * object and clears it before an input; these are found by the section that the
 * compiler puts them in.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzzer.h"

enum { OBJECTS = 8, PATH_SIZE = 1024, EDGES = 1 << 20 };

struct object {
	char path[PATH_SIZE];
	uint32_t first; /* its first byte of reached[] */
	uint32_t count;
};

struct iopt_fuzz_edges {
	uint32_t objects;
	struct object object[OBJECTS];
	uint8_t reached[EDGES];
};

/* Where this process counts, and what it keeps: subjects may write over what is shared. */
static struct {
	const uint8_t *counted;
	uint8_t *reached;
	uint32_t count;
} own[OBJECTS];
static uint32_t objects;
static struct iopt_fuzz_edges *kept;

struct iopt_fuzz_edges *iopt_fuzz_edges_new(void)
{
	void *memory = mmap(NULL, sizeof(struct iopt_fuzz_edges), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void iopt_fuzz_edges_free(struct iopt_fuzz_edges *edges)
{
	if (edges)
		munmap(edges, sizeof(*edges));
}

/* Whether `size` bytes from `offset` on lie in a file of `whole`. */
static int lies_in(uint64_t whole, uint64_t offset, uint64_t size)
{
	return offset <= whole && size <= whole - offset;
}

/* The section of counters in a file that is mapped; NULL when it has none. */
static const ElfW(Shdr) *section_of_counters(const char *file, uint64_t size)
{
	const ElfW(Ehdr) *head = (const void *)file;
	const ElfW(Shdr) *sections, *names;

	if (size < sizeof(*head) || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
	    head->e_shentsize != sizeof(*sections) || head->e_shstrndx >= head->e_shnum ||
	    !lies_in(size, head->e_shoff, head->e_shnum * sizeof(*sections)))
		return NULL;
	sections = (const void *)(file + head->e_shoff);
	names = sections + head->e_shstrndx;
	for (unsigned int i = 0; i < head->e_shnum; i++) {
		static const char wanted[] = "__sancov_cntrs";
		uint64_t name = names->sh_offset + sections[i].sh_name;

		if (lies_in(size, name, sizeof(wanted)) &&
		    memcmp(file + name, wanted, sizeof(wanted)) == 0)
			return sections + i;
	}
	return NULL;
}

static void take(const struct dl_phdr_info *info, const ElfW(Shdr) *section)
{
	struct object *object = kept->object + objects;
	uint32_t first = objects ? object[-1].first + object[-1].count : 0;

	if (objects == OBJECTS || section->sh_size > EDGES - first)
		return;
	strncpy(object->path, info->dlpi_name, PATH_SIZE - 1);
	object->first = first;
	object->count = (uint32_t)section->sh_size;
	own[objects].counted = (const uint8_t *)(uintptr_t)(info->dlpi_addr + section->sh_addr);
	own[objects].reached = kept->reached + first;
	own[objects].count = object->count;
	kept->objects = ++objects;
}

/* The section of counters in a file, if it has one; whether it has. */
static int read_section(const char *path, ElfW(Shdr) *section)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	const ElfW(Shdr) *found;
	struct stat status;
	void *file;

	if (descriptor < 0)
		return 0;
	file = fstat(descriptor, &status) == 0 && status.st_size > 0 ?
		       mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0) :
		       MAP_FAILED;
	close(descriptor);
	if (file == MAP_FAILED)
		return 0;
	found = section_of_counters(file, status.st_size);
	if (found)
		*section = *found;
	munmap(file, status.st_size);
	return found != NULL;
}

int iopt_fuzz_edges_has(const char *path)
{
	ElfW(Shdr) section;

	return read_section(path, &section);
}

static int look_at(struct dl_phdr_info *info, size_t size, void *unused)
{
	ElfW(Shdr) section;

	(void)size;
	(void)unused;
	if (read_section(info->dlpi_name[0] ? info->dlpi_name : "/proc/self/exe", &section))
		take(info, &section);
	return 0;
}

void iopt_fuzz_edges_start(struct iopt_fuzz_edges *edges)
{
	kept = edges;
	if (kept && !objects)
		dl_iterate_phdr(look_at, NULL);
}

void iopt_fuzz_edges_collect(void)
{
	for (uint32_t i = 0; i < objects; i++) {
		uint8_t *restrict reached = own[i].reached;
		const uint8_t *counted = own[i].counted;
		uint32_t count = own[i].count;

		for (uint32_t j = 0; j < count; j++)
			reached[j] |= counted[j];
	}
}

/* What a subject may have written over is not believed. */
uint32_t iopt_fuzz_edges_objects(const struct iopt_fuzz_edges *edges)
{
	return edges->objects < OBJECTS ? edges->objects : OBJECTS;
}

void iopt_fuzz_edges_path(const struct iopt_fuzz_edges *edges, uint32_t object, char *path,
			  size_t size)
{
	size_t length = strnlen(edges->object[object].path, PATH_SIZE - 1);

	if (length >= size)
		length = size - 1;
	memcpy(path, edges->object[object].path, length);
	path[length] = '\0';
}

const uint8_t *iopt_fuzz_edges_reached(const struct iopt_fuzz_edges *edges, uint32_t object,
				       uint32_t *count)
{
	uint32_t first = edges->object[object].first;

	*count = edges->object[object].count;
	if (first > EDGES || *count > EDGES - first)
		*count = first = 0;
	return edges->reached + first;
}
