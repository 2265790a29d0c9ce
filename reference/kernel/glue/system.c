/* SPDX-License-Identifier: GPL-2.0-only */
/* What the shim needs of the C library, told to it in terms that kernel code can be given. */
#define SHIM_ENTERS /* has the definitions */
#include "system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Thread_local struct shim_thread shim_thread
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/* In front of all that the kernel's allocators hand out. */
struct shim_allocation {
	struct shim_allocation *next;
	struct shim_allocation **place; /* what points at this one */
	size_t bytes;
	size_t own; /* the glue's; as long as a word, it keeps what follows aligned to 16 bytes */
};

/* What stands at the beginning of what was given back, if anybody looks there. */
enum { FREED = 0x6b, FREED_BYTES = 64 };

void *shim_alloc(size_t bytes, _Bool zeroed)
{
	struct shim_context *context = shim_current;
	struct shim_allocation *head;

	if (bytes > SIZE_MAX - sizeof(*head))
		return NULL;
	head = zeroed ? calloc(1, sizeof(*head) + bytes) : malloc(sizeof(*head) + bytes);
	if (!head)
		return NULL;
	head->bytes = bytes;
	head->own = 0;
	head->place = &context->allocations;
	head->next = context->allocations;
	if (head->next)
		head->next->place = &head->next;
	context->allocations = head;
	return head + 1;
}

void *shim_alloc_own(size_t bytes)
{
	struct shim_allocation *memory = shim_alloc(bytes, 1);

	if (memory)
		memory[-1].own = 1;
	return memory;
}

void shim_free(const void *memory)
{
	struct shim_allocation *head = (struct shim_allocation *)(uintptr_t)memory - 1;

	if (!memory)
		return;
	*head->place = head->next;
	if (head->next)
		head->next->place = head->place;
	memset(head + 1, FREED, head->bytes < FREED_BYTES ? head->bytes : FREED_BYTES);
	/* Else it is no more than what nobody can read. */
	__asm__ volatile("" : : "r"(head) : "memory");
	free(head);
}

void shim_free_all(struct shim_context *context)
{
	struct shim_allocation *next;

	for (struct shim_allocation *head = context->allocations; head; head = next) {
		next = head->next;
		free(head);
	}
	context->allocations = NULL;
}

void *shim_alloc_queue(size_t bytes)
{
	struct iopt_host *host = shim_current->host;

	return host->alloc_queue(host) ? shim_alloc(bytes, 0) : NULL;
}

void *shim_alloc_percpu(size_t size, size_t align, _Bool queue)
{
	struct iopt_host *host = shim_current->host;
	size_t stride = (size + 63) & ~(size_t)63;
	char *base;

	(void)align;
	if (queue && !host->alloc_queue(host))
		return NULL;
	base = shim_alloc(SHIM_PERCPU_HEAD + stride * shim_current->cpus, 1);
	if (!base)
		return NULL;
	*(size_t *)(void *)base = stride;
	return base + SHIM_PERCPU_HEAD;
}

void *shim_system_alloc(size_t bytes)
{
	return calloc(1, bytes);
}

void shim_system_free(void *memory)
{
	free(memory);
}

/*
 * Descriptors of a domain that was closed: as they are megabytes, of which a domain writes little,
 * getting them anew is what opening a domain would cost most. One plug-in has one kind of them.
 */
static void *spare_pages;

void *shim_system_alloc_pages(size_t bytes)
{
	void *spare = __atomic_exchange_n(&spare_pages, NULL, __ATOMIC_ACQUIRE);

	return spare ? spare : calloc(1, bytes);
}

void shim_system_free_pages(void *memory, size_t used)
{
	memset(memory, 0, used);
	free(__atomic_exchange_n(&spare_pages, memory, __ATOMIC_RELEASE));
}

__attribute__((__destructor__)) static void free_spare_pages(void)
{
	free(spare_pages);
}

struct kmem_cache {
	size_t size;
};

/* One for each kind of object, made when the plug-in is loaded; there is no context then. */
struct kmem_cache *shim_cache_create(size_t size)
{
	struct kmem_cache *cache = malloc(sizeof(*cache));

	if (cache)
		cache->size = size;
	return cache;
}

void shim_cache_destroy(struct kmem_cache *cache)
{
	free(cache);
}

_Bool shim_guarded(void (*function)(void *), void *argument)
{
	struct shim_context *context = shim_current;
	void *here[5];
	void *volatile outer = context->jump;
	volatile _Bool whole = 1;

	context->jump = here;
	/* The compiler's own, which saves three words. */
	if (__builtin_setjmp(here) == 0)
		function(argument);
	else
		whole = 0;
	shim_current->jump = outer;
	return whole;
}

void shim_crash(void)
{
	struct shim_context *context = shim_current;

	if (!context || !context->jump)
		abort();
	__builtin_longjmp(context->jump, 1);
}

const char *shim_kernel_file(const char *file)
{
	const char *inside = strstr(file, "drivers/iommu/");

	return inside ? inside : file;
}

/* A header is found beside the file that includes it: fmt/../iommu_pt.h. */
static void leave_detours(char *path)
{
	char *up, *folder;

	while ((up = strstr(path, "/../")) != NULL) {
		for (folder = up; folder > path && folder[-1] != '/'; folder--)
			;
		memmove(folder, up + 4, strlen(up + 4) + 1);
	}
}

void shim_note(const char *text)
{
	struct iopt_host *host = shim_current->host;

	if (iopt_has(host, note) && host->note)
		host->note(host, text);
}

/* Tells the host where in the code the next record comes from, or the crash. */
static void note(const char *file, int line)
{
	char text[256];

	snprintf(text, sizeof(text), "%s:%d", shim_kernel_file(file), line);
	leave_detours(text);
	shim_note(text);
}

/* Warns of what the kernel's code has not given back at its end. */
void shim_tell_leaks(void)
{
	char text[80];
	size_t count = 0, bytes = 0;

	for (struct shim_allocation *head = shim_current->allocations; head; head = head->next) {
		if (head->own)
			continue;
		count++;
		bytes += head->bytes;
	}
	if (!count)
		return;
	snprintf(text, sizeof(text), "%zu allocations of %zu bytes are left", count, bytes);
	shim_note(text);
	iopt_log0(shim_current->log, IOPT_EVENT_WARN);
}

void shim_warn(const char *file, int line)
{
	note(file, line);
	iopt_log0(shim_current->log, IOPT_EVENT_WARN);
}

void shim_bug(const char *file, int line)
{
	if (shim_current)
		note(file, line);
	shim_crash();
}
