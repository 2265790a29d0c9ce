/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver needs of libFuzzer and of C's signals; the count of what was run. */
#ifndef IOPT_FUZZER_H
#define IOPT_FUZZER_H

#include <stddef.h>
#include <stdint.h>

typedef int (*iopt_fuzz_callback)(const uint8_t *data, size_t size);

/* libFuzzer's own entry point (FuzzerInterface.h). */
int LLVMFuzzerRunDriver(int *argc, char ***argv, iopt_fuzz_callback callback);
/*
 * libFuzzer's own byte mutation; returns the new size, at most max_size. With an
 * engine that has none, nothing is changed.
 */
size_t iopt_fuzz_mutate_bytes(uint8_t *data, size_t size, size_t max_size);

/*
 * Gives the fatal signals back to their default handlers: Swift's backtracer
 * would otherwise take them before libFuzzer sees them, and no input is saved.
 */
void iopt_fuzz_reset_signals(void);

/*
 * Ends the process at SIGTERM, SIGINT and SIGHUP, with libFuzzer's status for an
 * interruption (72) and the line of what was run. libFuzzer's own handler, which is
 * not installed where there is one, takes memory and hangs when the signal comes
 * while the program does.
 */
void iopt_fuzz_end_on_signals(void);

/*
 * What a fuzz run has run, one line on standard error when the process ends:
 *
 *   iopt-fuzz: 71234 scenarios, 5061234 operations, 12 refused
 *
 * Benchmarks/run reads it, for the loop is measured in operations: inputs differ in
 * length, and so do those that two revisions make from one seed.
 */
/* What was run, in numbers. */
struct iopt_fuzz_counts {
	/* Inputs, whatever became of them. */
	uint64_t executions;
	/* Scenarios on which all agreed, and their operations. */
	uint64_t scenarios;
	uint64_t operations;
	/* Scenarios that a side refused. */
	uint64_t refused;
	/* Scenarios with a relaxation in them. */
	uint64_t relaxed;
};

/* From now on the end of the process prints the line, unless this is a job. */
void iopt_fuzz_count_start(void);
/* Counts there instead of in memory of its own. */
void iopt_fuzz_count_in(struct iopt_fuzz_counts *counts);
/* A scenario on which both sides agreed, with that many operations. */
void iopt_fuzz_count_run(uint64_t operations);
/* A scenario that a side refused. */
void iopt_fuzz_count_refusal(void);
/* A scenario with a relaxation; counted as one of the others too. */
void iopt_fuzz_count_relaxed(void);
/* Prints the line now, once: for an end that runs nothing else, _exit(). */
void iopt_fuzz_count_print(void);

/*
 * Memory that nobody can reach any more, where LeakSanitizer is present: its runtime
 * was loaded before the program (Fuzz/lanes). From now on allocations are counted.
 */
void iopt_fuzz_leaks_start(void);
/* An input begins. */
void iopt_fuzz_leaks_begin(void);
/* Whether it leaked; LeakSanitizer has printed where. Asked when nothing of it is left open. */
int iopt_fuzz_leaks_found(void);

/*
 * Which edges were ever reached, by loaded object: those of this program and of each
 * plug-in that was compiled with inline 8-bit counters. libFuzzer says how many there
 * are when it starts, before any plug-in is there. Lies in memory that a job shares
 * with the program that watches it.
 */
struct iopt_fuzz_edges;

/* Such memory, empty; NULL when there is none. */
struct iopt_fuzz_edges *iopt_fuzz_edges_new(void);
void iopt_fuzz_edges_free(struct iopt_fuzz_edges *edges);
/* From now on what inputs reach is kept there; called when all subjects are loaded. */
void iopt_fuzz_edges_start(struct iopt_fuzz_edges *edges);
/* An input was run, and its counters still stand. */
void iopt_fuzz_edges_collect(void);
/* How many objects have counters. */
uint32_t iopt_fuzz_edges_objects(const struct iopt_fuzz_edges *edges);
/* Copies the object's path as it was loaded, empty for this program; size is above 0. */
void iopt_fuzz_edges_path(const struct iopt_fuzz_edges *edges, uint32_t object, char *path,
			  size_t size);
/* The object's edges, a byte each, which is not 0 when it was reached; *count of them. */
const uint8_t *iopt_fuzz_edges_reached(const struct iopt_fuzz_edges *edges, uint32_t object,
				       uint32_t *count);

/* Whether the object in this file has counters that libFuzzer reads. */
int iopt_fuzz_edges_has(const char *path);

/* Bytes in which anybody may count what an input did. */
enum { IOPT_FUZZ_BEHAVIOURS = 1 << 14 };
uint8_t *iopt_fuzz_behaviours(void);

/* How a job says that it ends. */
enum iopt_fuzz_end {
	/* It has not said anything. */
	IOPT_FUZZ_NONE = 0,
	/* libFuzzer came to its end, or gave up. */
	IOPT_FUZZ_DONE = 1,
	/* It was told to stop. */
	IOPT_FUZZ_STOPPED = 2,
	/* Something was found, and told. */
	IOPT_FUZZ_FOUND = 3,
};

/* Bytes of the longest input that is kept; libFuzzer reads no longer ones. */
enum { IOPT_FUZZ_INPUT_SIZE = 1 << 20 };

/*
 * What a job, a process in which libFuzzer runs, shares with the program that
 * watches it. It stays when the job is dead.
 */
struct iopt_fuzz_job {
	struct iopt_fuzz_counts counts;
	/* Bytes of the input at hand, or of the last one. */
	uint64_t size;
	/* Whether it is being run. */
	uint32_t in_input;
	/* Set by the program that watches: the job ends before its next input. */
	uint32_t should_stop;
	/* enum iopt_fuzz_end, and the status that goes with it. */
	uint32_t end;
	int32_t status;
	/* Bytes of what it told. */
	uint32_t told;
};

/* This process is a job from now on; input takes IOPT_FUZZ_INPUT_SIZE bytes. */
void iopt_fuzz_join(struct iopt_fuzz_job *job, uint8_t *input);
/* An input begins; 0: the job is to stop instead. Always 1 where there is no job. */
int iopt_fuzz_begin_input(const uint8_t *data, size_t size);
/* It was run. A copy of the job that a subject made by fork() ends there. */
void iopt_fuzz_end_input(void);
/* The job ends so; the first word counts. */
void iopt_fuzz_leave(enum iopt_fuzz_end end, int status);
/*
 * From now on exit() in an input ends a job at once, as the subject's own doing.
 * Called when libFuzzer has said what it wants to do at exit.
 */
void iopt_fuzz_watch_exit(void);

#endif
