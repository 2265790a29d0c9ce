/* SPDX-License-Identifier: GPL-2.0-only */
/* Declared again: bits in an array of words, as much as test cases look at. */
#ifndef SHIM_BITMAP_H
#define SHIM_BITMAP_H

#ifndef BITS_TO_LONGS
#define BITS_TO_LONGS(bits) (((bits) + 63ul) / 64)
#endif

/* The first bit from `from` on that is `value`, `end` where there is none. */
static inline unsigned long shim_find_bit(const unsigned long *words, unsigned long end,
					  unsigned long from, unsigned long value)
{
	while (from < end && (words[from / 64] >> from % 64 & 1) != value)
		from++;
	return from < end ? from : end;
}

#define find_first_bit(words, end) shim_find_bit(words, end, 0, 1)
#define find_next_bit(words, end, from) shim_find_bit(words, end, from, 1)
#define find_next_zero_bit(words, end, from) shim_find_bit(words, end, from, 0)

static inline void bitmap_clear(unsigned long *words, unsigned int first, unsigned int count)
{
	for (; count; count--, first++)
		words[first / 64] &= ~(1ul << first % 64);
}

#endif
