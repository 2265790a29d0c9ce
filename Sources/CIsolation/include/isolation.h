/* SPDX-License-Identifier: GPL-2.0-only */
/* What Swift cannot say of processes: fork(), and what a child does first. */
#ifndef IOPT_ISOLATION_H
#define IOPT_ISOLATION_H

#include <sys/types.h>

#include "command.h"

/*
 * fork(), for a child that runs a stranger's code. The child's fatal signals have their default
 * handlers and are not blocked, so that Swift's backtracer says nothing and the parent learns the
 * signal; it dumps no core, reads nothing from the parent's standard input, is the first to go when
 * memory runs out, and is killed when the parent dies. Call it where the process has one thread.
 */
pid_t iopt_isolation_fork(void);

/*
 * In such a child: what is sent to its process group reaches nobody else, and what the stranger's
 * code prints goes to standard error at once, not between the lines of the program. Of the files that
 * the parent has open, it keeps standard error and `kept`.
 */
void iopt_isolation_stand_aside(int kept);

/* Closes all files of this process but the three standard ones and `kept`; -1: no other. */
void iopt_isolation_close_files(int kept);

#endif
