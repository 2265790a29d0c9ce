/* SPDX-License-Identifier: GPL-2.0-only */
/* Ours on purpose: random numbers that are the same ones in each run of a test case. */
#ifndef SHIM_RANDOM_H
#define SHIM_RANDOM_H

u64 get_random_u64(void);
#define get_random_u32() ((u32)(get_random_u64() >> 32))
#define get_random_u16() ((u16)(get_random_u64() >> 48))
#define get_random_u8() ((u8)(get_random_u64() >> 56))

/* From 0 on, without `ceil`; 0 when there is no such number. */
static inline u32 get_random_u32_below(u32 ceil)
{
	return ceil ? (u32)((u64)get_random_u32() * ceil >> 32) : 0;
}

/* Both ends in it. */
static inline u32 get_random_u32_inclusive(u32 floor, u32 ceil)
{
	u64 count = (u64)ceil - floor + 1;

	return floor + (u32)((u64)get_random_u32() * count >> 32);
}

#define get_random_u32_above(floor) get_random_u32_inclusive((floor) + 1, U32_MAX)

#endif
