/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "channel.h"

static unsigned char *bytes_of(struct iopt_channel *channel)
{
	return (unsigned char *)channel + IOPT_CHANNEL_BYTES - IOPT_CHANNEL_SIZE;
}

static size_t least(size_t left, size_t right)
{
	return left < right ? left : right;
}

size_t iopt_channel_write(struct iopt_channel *channel, const void *bytes, size_t count)
{
	uint64_t written = channel->written;
	uint64_t held = written - __atomic_load_n(&channel->taken, __ATOMIC_ACQUIRE);
	size_t start = written % IOPT_CHANNEL_SIZE, first;

	/* A stranger's code may have written there. */
	if (held > IOPT_CHANNEL_SIZE)
		return 0;
	count = least(count, IOPT_CHANNEL_SIZE - held);
	first = least(count, IOPT_CHANNEL_SIZE - start);
	memcpy(bytes_of(channel) + start, bytes, first);
	memcpy(bytes_of(channel), (const unsigned char *)bytes + first, count - first);
	__atomic_store_n(&channel->written, written + count, __ATOMIC_RELEASE);
	return count;
}

size_t iopt_channel_read(struct iopt_channel *channel, void *bytes, size_t count)
{
	uint64_t taken = channel->taken;
	uint64_t held = __atomic_load_n(&channel->written, __ATOMIC_ACQUIRE) - taken;
	size_t start = taken % IOPT_CHANNEL_SIZE, first;

	if (held > IOPT_CHANNEL_SIZE)
		return 0;
	count = least(count, held);
	first = least(count, IOPT_CHANNEL_SIZE - start);
	memcpy(bytes, bytes_of(channel) + start, first);
	memcpy((unsigned char *)bytes + first, bytes_of(channel), count - first);
	__atomic_store_n(&channel->taken, taken + count, __ATOMIC_RELEASE);
	return count;
}
