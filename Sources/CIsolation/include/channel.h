/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes from one process to another, in memory that both have: no file carries them. */
#ifndef IOPT_CHANNEL_H
#define IOPT_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

enum { IOPT_CHANNEL_SIZE = 1 << 18 };
/* What one takes in memory: the numbers in a page, and behind it the bytes. */
enum { IOPT_CHANNEL_BYTES = IOPT_CHANNEL_SIZE + 4096 };

/* One direction, with one writer and one reader. It lies in memory that is all zeros at first. */
struct iopt_channel {
	/* How many bytes were ever put in and taken out. */
	uint64_t written;
	uint64_t taken;
};

/* Puts in as many as there is room for; returns how many those are. */
size_t iopt_channel_write(struct iopt_channel *channel, const void *bytes, size_t count);

/* Takes out as many as there are, count at most; returns how many those are. */
size_t iopt_channel_read(struct iopt_channel *channel, void *bytes, size_t count);

#endif
