/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A library to preload that ends a process at its Nth operation which changes a file. Tests build
 * it; the tool knows nothing of it.
 *
 * FAIL_POINT   which operation, counted from 0
 * FAIL_WAY     before: the process dies, and the operation does not happen
 *              torn:   it dies when half of the bytes are written (what writes none: as before)
 *              after:  it dies when the operation has happened
 *              error:  the operation fails with EIO, and the process goes on
 * FAIL_REPORT  the file that gets the operation's name when its turn has come
 *
 * What is written to standard output and standard error changes no file of ours: it is not counted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum way { PASS, BEFORE, TORN, AFTER, ERROR };

static void die(void)
{
	syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
}

static void report(const char *operation)
{
	const char *path = getenv("FAIL_REPORT");
	int fd;

	if (!path)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	syscall(SYS_write, fd, operation, strlen(operation));
	syscall(SYS_close, fd);
}

/* Counts an operation; says what is to become of it. */
static enum way way_of(const char *operation)
{
	static long reached;
	const char *point = getenv("FAIL_POINT");
	const char *way = getenv("FAIL_WAY");

	if (!point || !way || reached++ != atol(point))
		return PASS;
	report(operation);
	switch (way[0]) {
	case 't':
		return TORN;
	case 'a':
		return AFTER;
	case 'e':
		return ERROR;
	default:
		return BEFORE;
	}
}

/* `call` as the operation `name`, returned from the function that this stands in. */
#define OPERATION(name, call)                                                                      \
	do {                                                                                       \
		enum way way = way_of(name);                                                       \
		long result;                                                                       \
                                                                                                   \
		if (way == BEFORE || way == TORN)                                                  \
			die();                                                                     \
		if (way == ERROR) {                                                                \
			errno = EIO;                                                               \
			return -1;                                                                 \
		}                                                                                  \
		result = (call);                                                                   \
		if (way == AFTER)                                                                  \
			die();                                                                     \
		return result;                                                                     \
	} while (0)

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
	if (!(flags & (O_CREAT | O_TRUNC)))
		return syscall(SYS_openat, folder, path, flags, mode);
	OPERATION("open", syscall(SYS_openat, folder, path, flags, mode));
}

/* The mode, which is there only when a file may be created. */
#define MODE(flags, mode)                                                                          \
	do {                                                                                       \
		va_list arguments;                                                                 \
                                                                                                   \
		va_start(arguments, flags);                                                        \
		mode = (flags) & O_CREAT ? va_arg(arguments, mode_t) : 0;                          \
		va_end(arguments);                                                                 \
	} while (0)

int open(const char *path, int flags, ...)
{
	mode_t mode;

	MODE(flags, mode);
	return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
	mode_t mode;

	MODE(flags, mode);
	return open_at(folder, path, flags, mode);
}

int creat(const char *path, mode_t mode)
{
	return open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int open64(const char *, int, ...) __attribute__((alias("open")));
int openat64(int, const char *, int, ...) __attribute__((alias("openat")));
int creat64(const char *, mode_t) __attribute__((alias("creat")));

ssize_t write(int fd, const void *bytes, size_t count)
{
	enum way way = fd > STDERR_FILENO ? way_of("write") : PASS;
	long result;

	if (way == BEFORE)
		die();
	if (way == ERROR) {
		errno = EIO;
		return -1;
	}
	result = syscall(SYS_write, fd, bytes, way == TORN ? count / 2 : count);
	if (way != PASS)
		die();
	return result;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	OPERATION("writev", syscall(SYS_writev, fd, parts, count));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
	OPERATION("pwrite", syscall(SYS_pwrite64, fd, bytes, count, offset));
}

ssize_t pwrite64(int, const void *, size_t, off_t) __attribute__((alias("pwrite")));

int fsync(int fd)
{
	OPERATION("fsync", syscall(SYS_fsync, fd));
}

int fdatasync(int fd)
{
	OPERATION("fdatasync", syscall(SYS_fdatasync, fd));
}

int ftruncate(int fd, off_t length)
{
	OPERATION("ftruncate", syscall(SYS_ftruncate, fd, length));
}

int ftruncate64(int, off_t) __attribute__((alias("ftruncate")));

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
	OPERATION("rename", syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	return renameat2(from_folder, from, to_folder, to, 0);
}

int rename(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
	OPERATION("link", syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
}

int link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int symlinkat(const char *target, int folder, const char *path)
{
	OPERATION("symlink", syscall(SYS_symlinkat, target, folder, path));
}

int symlink(const char *target, const char *path)
{
	return symlinkat(target, AT_FDCWD, path);
}

int unlinkat(int folder, const char *path, int flags)
{
	OPERATION("unlink", syscall(SYS_unlinkat, folder, path, flags));
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
	OPERATION("mkdir", syscall(SYS_mkdirat, folder, path, mode));
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}
