/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzzer.h"

static struct iopt_fuzz_job *job;
static uint8_t *job_input;
static pid_t job_process;

void iopt_fuzz_join(struct iopt_fuzz_job *state, uint8_t *input)
{
	job = state;
	job_input = input;
	job_process = getpid();
	iopt_fuzz_count_in(&state->counts);
}

int iopt_fuzz_begin_input(const uint8_t *data, size_t size)
{
	if (!job)
		return 1;
	if (job->should_stop)
		return 0;
	if (size > IOPT_FUZZ_INPUT_SIZE)
		size = IOPT_FUZZ_INPUT_SIZE;
	if (size)
		memcpy(job_input, data, size);
	job->size = size;
	job->in_input = 1;
	return 1;
}

void iopt_fuzz_end_input(void)
{
	if (!job)
		return;
	/* A copy that a subject has made of the job by fork(). */
	if (getpid() != job_process)
		_exit(0);
	job->in_input = 0;
	job->counts.executions++;
}

void iopt_fuzz_leave(enum iopt_fuzz_end end, int status)
{
	if (!job || job->end)
		return;
	job->end = end;
	job->status = status;
}

/* A subject that calls exit() must not come to what others do at exit. */
static void at_exit(int status, void *unused)
{
	(void)unused;
	if (job->in_input)
		_exit(status);
	iopt_fuzz_leave(IOPT_FUZZ_DONE, status);
}

void iopt_fuzz_watch_exit(void)
{
	if (job)
		on_exit(at_exit, NULL);
}
