/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic on values whose divisors are given as base-2 logarithms (kernel:
 * drivers/iommu/generic_pt/pt_log2.h). All on 64 bits; a logarithm of 64 is
 * good for the fva ones only.
 */
#ifndef LOCKSTEP_PT_LOG2_H
#define LOCKSTEP_PT_LOG2_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t log2_to_int(unsigned int lg2)
{
	return UINT64_C(1) << lg2;
}

static inline uint64_t log2_to_max_int(unsigned int lg2)
{
	return (UINT64_C(1) << lg2) - 1;
}

static inline uint64_t log2_div(uint64_t x, unsigned int lg2)
{
	return x >> lg2;
}

static inline uint64_t log2_mod(uint64_t x, unsigned int lg2)
{
	return x & log2_to_max_int(lg2);
}

/* Are x and y the same above the low bits? */
static inline bool log2_div_eq(uint64_t x, uint64_t y, unsigned int lg2)
{
	return !((x ^ y) >> lg2);
}

/* Are all low bits set? */
static inline bool log2_mod_eq_max(uint64_t x, unsigned int lg2)
{
	return !log2_mod(~x, lg2);
}

/* x with its low bits replaced; low bits that do not fit are ORed in above. */
static inline uint64_t log2_set_mod(uint64_t x, uint64_t low, unsigned int lg2)
{
	return (x >> lg2 << lg2) | low;
}

static inline uint64_t log2_set_mod_max(uint64_t x, unsigned int lg2)
{
	return x | log2_to_max_int(lg2);
}

/* Number of the highest set bit plus one, 0 for 0. */
static inline unsigned int vafls(uint64_t x)
{
	return x ? 64u - (unsigned int)__builtin_clzll(x) : 0;
}

/* Number of the lowest set bit; x must not be 0. */
static inline unsigned int vaffs(uint64_t x)
{
	return (unsigned int)__builtin_ctzll(x);
}

/* Number of the lowest clear bit; x must have one. */
static inline unsigned int vaffz(uint64_t x)
{
	return vaffs(~x);
}

/* The fva forms take a logarithm of 64, the whole address space, as well. */
static inline uint64_t fvalog2_div(uint64_t x, unsigned int lg2)
{
	return lg2 >= 64 ? 0 : log2_div(x, lg2);
}

static inline uint64_t fvalog2_mod(uint64_t x, unsigned int lg2)
{
	return lg2 >= 64 ? x : log2_mod(x, lg2);
}

static inline bool fvalog2_div_eq(uint64_t x, uint64_t y, unsigned int lg2)
{
	return lg2 >= 64 || log2_div_eq(x, y, lg2);
}

static inline uint64_t fvalog2_set_mod(uint64_t x, uint64_t low, unsigned int lg2)
{
	return lg2 >= 64 ? low : log2_set_mod(x, low, lg2);
}

static inline uint64_t fvalog2_set_mod_max(uint64_t x, unsigned int lg2)
{
	return lg2 >= 64 ? UINT64_MAX : log2_set_mod_max(x, lg2);
}

#endif
