/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program that runs a tree's own test cases, each in a process of its own,
 * and prints one line for each, in their order:
 *   STATUS<TAB>FORMAT<TAB>SUITE<TAB>CASE<TAB>PARAMETER<TAB>TEXT
 * STATUS is passed, failed or skipped. A format that does not compile has one
 * line, "unbuilt", with what the compiler says as its text.
 */
#define SHIM_ENTERS /* sets the context */
#include "kunit.h"

#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Seconds of a processor that a case may take, unless LOCKSTEP_KUNIT_LIMIT says another number; 7.3's
 * take two. One that waits without a processor may do so a few times as long: the machine may be busy.
 */
static unsigned int limit = 60;
#define LONGEST_WAIT 20

/* As many cases as there may be. */
#define CASES 4096

static struct shim_kunit_item items[CASES];
static pid_t children[CASES];
static struct shim_kunit_outcome *outcomes; /* one for each item, in shared memory */
static struct shim_kunit_outcome *outcome; /* in a case's process: its own */
static unsigned int count;

void shim_kunit_mark_failed(struct shim_kunit_outcome *of)
{
	if (of->skipped && !of->failed)
		of->text[0] = 0;
	of->failed = 1;
}

void shim_kunit_say(struct shim_kunit_outcome *to, const char *format, ...)
{
	va_list list;

	if (to->text[0])
		return;
	va_start(list, format);
	vsnprintf(to->text, sizeof(to->text), format, list);
	va_end(list);
}

/* Table memory: slots in their order, then those that were given back, by size. */
static uint64_t next_slot;
static uint64_t freed[32]; /* the first free block of 2^i slots; the next one's address is in it */
static unsigned char orders[IOPT_SLOT_COUNT];

static uint64_t alloc_table(struct iopt_host *host, uint64_t bytes)
{
	uint64_t slot_bytes = (uint64_t)1 << IOPT_SLOT_LG2, pa;
	unsigned int order = 0;

	while (slot_bytes << order < bytes)
		order++;
	pa = freed[order];
	if (pa) {
		freed[order] = *iopt_table_at(host, pa);
		memset(iopt_table_at(host, pa), 0, slot_bytes << order);
	} else {
		uint64_t first = (next_slot + (1ull << order) - 1) & ~((1ull << order) - 1);

		if (first + (1ull << order) > IOPT_SLOT_COUNT)
			return 0;
		next_slot = first + (1ull << order);
		orders[first] = (unsigned char)order;
		pa = IOPT_ARENA_BASE + (first << IOPT_SLOT_LG2);
	}
	return pa;
}

static void free_table(struct iopt_host *host, uint64_t pa)
{
	unsigned int order = orders[(pa - IOPT_ARENA_BASE) >> IOPT_SLOT_LG2];

	*iopt_table_at(host, pa) = freed[order];
	freed[order] = pa;
}

static uint32_t alloc_queue(struct iopt_host *host)
{
	(void)host;
	return 1;
}

/* A warning fails the case: nobody would be content with it. */
static void note(struct iopt_host *host, const char *text)
{
	(void)host;
	shim_kunit_mark_failed(outcome);
	shim_kunit_say(outcome, "WARN at %s", text);
}

/* Nobody reads what is logged. */
static uint64_t words[4096];

static void forget(struct iopt_log *log, uint64_t more)
{
	(void)more;
	log->count = 0;
}

static void run(const struct shim_kunit_item *item)
{
	static struct iopt_log log = { .words = words, .capacity = 4096, .grow = forget };
	static struct iopt_host host = {
		.size = sizeof(host),
		.abi_version = IOPT_ABI_VERSION,
		.log = &log,
		.alloc_table = alloc_table,
		.free_table = free_table,
		.alloc_queue = alloc_queue,
		.note = note,
	};
	static struct shim_context context = { .log = &log, .host = &host, .cpus = 1 };
	static const struct rlimit no_core;
	const struct rlimit processor = { .rlim_cur = limit, .rlim_max = RLIM_INFINITY };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CORE, &no_core);
	setrlimit(RLIMIT_CPU, &processor);
	alarm(limit < UINT_MAX / LONGEST_WAIT ? limit * LONGEST_WAIT : UINT_MAX);
	host.arena = mmap(NULL, SHIM_ARENA_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	context.arena = host.arena;
	context.pages = shim_system_alloc(IOPT_SLOT_COUNT * shim_page_bytes);
	if (host.arena == MAP_FAILED || !context.pages)
		_exit(1);
	shim_current = &context;
	shim_kunit_run(item, outcome);
	_exit(0);
}

/* What is to be said of a process that did not come to its end by itself. */
static void say_end(struct shim_kunit_outcome *of, int status)
{
	of->failed = 1;
	of->text[0] = 0;
	if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGALRM))
		shim_kunit_say(of, "hangs: it took more than %u seconds", limit);
	else if (WIFSIGNALED(status))
		shim_kunit_say(of, "crashes: %s", strsignal(WTERMSIG(status)));
	else
		shim_kunit_say(of, "ends its process with status %d", WEXITSTATUS(status));
}

static void stop(const char *why)
{
	perror(why);
	exit(2);
}

static void wait_for_one(void)
{
	int status;
	pid_t child = wait(&status);

	if (child < 0)
		stop("kunit: wait");
	for (unsigned int i = 0; i < count; i++)
		if (children[i] == child && !outcomes[i].ended)
			say_end(&outcomes[i], status);
}

static void run_all(void)
{
	long at_once = sysconf(_SC_NPROCESSORS_ONLN), running = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (running >= at_once) {
			wait_for_one();
			running--;
		}
		fflush(stdout);
		children[i] = fork();
		if (children[i] < 0)
			stop("kunit: fork");
		if (children[i] == 0) {
			outcome = &outcomes[i];
			run(&items[i]);
		}
		running++;
	}
	for (; running; running--)
		wait_for_one();
}

static void add(const struct shim_kunit_item *item)
{
	if (count == CASES) {
		fprintf(stderr, "kunit: more than %d cases\n", CASES);
		exit(2);
	}
	items[count++] = *item;
}

/* Lines are read by line and tab. */
static void flatten(char *text)
{
	for (; *text; text++)
		if (*text == '\t' || *text == '\n')
			*text = ' ';
}

static void print_result(const struct shim_kunit_item *item, struct shim_kunit_outcome *of)
{
	flatten(of->text);
	printf("%s\t%s\t%s\t%s\t%s\t%s\n",
	       of->failed ? "failed" : of->skipped ? "skipped" : "passed", item->format,
	       item->suite, item->name, item->parameter, of->text);
}

int main(void)
{
	const char *said = getenv("LOCKSTEP_KUNIT_LIMIT");
	static const struct {
		const char *format, *reason;
	} unbuilt[] = {
#include <kunit-unbuilt.h>
		{ 0, 0 },
	};

	if (said && atoi(said) > 0)
		limit = (unsigned int)atoi(said);
	outcomes = mmap(NULL, CASES * sizeof(*outcomes), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (outcomes == MAP_FAILED)
		stop("kunit: mmap");
	for (unsigned int i = 0; unbuilt[i].format; i++)
		printf("unbuilt\t%s\t\t\t\t%s\n", unbuilt[i].format, unbuilt[i].reason);
	shim_kunit_each(add);
	run_all();
	for (unsigned int i = 0; i < count; i++)
		print_result(&items[i], &outcomes[i]);
	return 0;
}
