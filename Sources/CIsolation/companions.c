/* SPDX-License-Identifier: GPL-2.0-only */
/* What a signal that ends the process takes along. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "companions.h"

#define COMPANIONS 64

static const int endings[] = { SIGINT, SIGTERM, SIGHUP };
#define ENDINGS (sizeof(endings) / sizeof(endings[0]))

enum { FREE, CLAIMED, GROUP, FOLDER };

static struct {
	atomic_int kind;
	pid_t group;
	char folder[PATH_MAX];
} companions[COMPANIONS];

/* Held where signals wait only, so that the handler finds nothing half done. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int count;
static pid_t owner;
static struct sigaction before_us[ENDINGS];
static int is_ours[ENDINGS];

static void pause_shortly(void)
{
	const struct timespec time = { .tv_nsec = 20000000 };

	nanosleep(&time, NULL);
}

void iopt_companions_end(const pid_t *groups, int number)
{
	int left = number;

	for (int i = 0; i < number; i++)
		kill(-groups[i], SIGTERM);
	/* Three seconds: iopt-fuzz gives its jobs two. */
	for (int turn = 0; left && turn < 150; turn++) {
		left = 0;
		for (int i = 0; i < number; i++)
			left += waitpid(groups[i], NULL, WNOHANG) == 0;
		if (left)
			pause_shortly();
	}
	for (int i = 0; i < number; i++) {
		kill(-groups[i], SIGKILL);
		while (waitpid(groups[i], NULL, 0) < 0 && errno == EINTR)
			;
	}
}

static void remove_folder(const char *path)
{
	pid_t child = _Fork();

	if (child == 0) {
		execl("/bin/rm", "rm", "-rf", "--", path, (char *)NULL);
		_exit(1);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

static void end_with(int number)
{
	sigset_t set;

	/* A copy of the process has no companions. */
	if (getpid() == owner) {
		pid_t groups[COMPANIONS];
		int running = 0;

		for (int i = 0; i < COMPANIONS; i++)
			if (atomic_load(&companions[i].kind) == GROUP)
				groups[running++] = companions[i].group;
		iopt_companions_end(groups, running);
		for (int i = 0; i < COMPANIONS; i++)
			if (atomic_load(&companions[i].kind) == FOLDER)
				remove_folder(companions[i].folder);
	}
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	raise(number);
}

static void fill(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < ENDINGS; i++)
		sigaddset(set, endings[i]);
}

void iopt_companions_block(sigset_t *before)
{
	sigset_t set;

	fill(&set);
	pthread_sigmask(SIG_BLOCK, &set, before);
	pthread_mutex_lock(&lock);
}

void iopt_companions_unblock(const sigset_t *before)
{
	pthread_mutex_unlock(&lock);
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* Who ignores a signal, or has a handler for it, keeps that. */
static void take_signals(void)
{
	struct sigaction ours = { .sa_handler = end_with };

	fill(&ours.sa_mask);
	for (size_t i = 0; i < ENDINGS; i++) {
		sigaction(endings[i], NULL, &before_us[i]);
		is_ours[i] = !(before_us[i].sa_flags & SA_SIGINFO) &&
			     before_us[i].sa_handler == SIG_DFL;
		if (is_ours[i])
			sigaction(endings[i], &ours, NULL);
	}
}

static void give_signals_back(void)
{
	for (size_t i = 0; i < ENDINGS; i++)
		if (is_ours[i])
			sigaction(endings[i], &before_us[i], NULL);
}

static iopt_companion claim(void)
{
	/* A child has none of its parent's. */
	if (owner != getpid()) {
		for (int i = 0; i < COMPANIONS; i++)
			atomic_store(&companions[i].kind, FREE);
		count = 0;
		owner = getpid();
	}
	for (int i = 0; i < COMPANIONS; i++) {
		if (atomic_load(&companions[i].kind) != FREE)
			continue;
		atomic_store(&companions[i].kind, CLAIMED);
		if (count++ == 0)
			take_signals();
		return i;
	}
	return -1;
}

iopt_companion iopt_companion_group(pid_t group)
{
	iopt_companion place = claim();

	if (place < 0)
		return place;
	companions[place].group = group;
	atomic_store(&companions[place].kind, GROUP);
	return place;
}

iopt_companion iopt_companion_folder(const char *path)
{
	sigset_t before;
	iopt_companion place = -1;

	if (strlen(path) >= PATH_MAX)
		return place;
	iopt_companions_block(&before);
	place = claim();
	if (place >= 0) {
		strcpy(companions[place].folder, path);
		atomic_store(&companions[place].kind, FOLDER);
	}
	iopt_companions_unblock(&before);
	return place;
}

void iopt_companion_forget(iopt_companion companion)
{
	sigset_t before;

	if (companion < 0)
		return;
	iopt_companions_block(&before);
	if (owner == getpid() && atomic_exchange(&companions[companion].kind, FREE) != FREE &&
	    --count == 0)
		give_signals_back();
	iopt_companions_unblock(&before);
}
