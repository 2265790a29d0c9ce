/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOPT_COMPANIONS_H
#define IOPT_COMPANIONS_H

#include <signal.h>

#include "command.h"

/* The signals wait, and come again: nothing is half noted then. */
void iopt_companions_block(sigset_t *before);
void iopt_companions_unblock(const sigset_t *before);

/* A process group. Called while they wait. */
iopt_companion iopt_companion_group(pid_t group);

/* Ends the groups: SIGTERM, and SIGKILL for what is there after some time. Safe in a signal handler. */
void iopt_companions_end(const pid_t *groups, int count);

#endif
