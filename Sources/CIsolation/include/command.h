/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that run beside this one, and folders, that are gone before a signal ends the process. */
#ifndef IOPT_COMMAND_H
#define IOPT_COMMAND_H

#include <sys/types.h>

/* What SIGINT, SIGTERM and SIGHUP take along; -1: nothing. */
typedef int iopt_companion;

/*
 * Starts a program, looked for in PATH, in a process group of its own, without input. What it writes to
 * standard output and standard error comes out of the descriptor that is returned; -1 and errno when
 * there is none. A signal that ends this process ends the group first.
 */
int iopt_command_start(char *const arguments[], pid_t *group, iopt_companion *companion);

/* Waits for the program's end, as waitpid() does; it is nobody's companion any more. */
int iopt_command_wait(pid_t group, iopt_companion companion);

/* Ends the program with all that it has started, gently at first; it is waited for. */
void iopt_command_stop(pid_t group, iopt_companion companion);

/* A folder that is removed when a signal ends this process; until it is forgotten. */
iopt_companion iopt_companion_folder(const char *path);
void iopt_companion_forget(iopt_companion companion);

#endif
