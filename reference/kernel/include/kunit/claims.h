/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declared again: what a case claims. An EXPECT that does not hold fails the
 * case, an ASSERT also ends it. A message of the case's own is told behind it,
 * as the C library prints it: what only the kernel's printk() knows comes out
 * as it may.
 */
#ifndef SHIM_KUNIT_CLAIMS_H
#define SHIM_KUNIT_CLAIMS_H

/* What did not hold: its place and its words; `relation` where two values were compared. */
struct shim_kunit_claim {
	const char *file;
	int line;
	const char *text;
	const char *relation;
	bool aborts;
};
void shim_kunit_fail(struct kunit *test, const struct shim_kunit_claim *claim,
		     unsigned long left, unsigned long right, const char *message, ...);

#define SHIM_KUNIT_CLAIM(test, aborts, holds, text, relation, left, right, ...)          \
	do {                                                                             \
		static const struct shim_kunit_claim shim_claim = { __FILE__, __LINE__,  \
								    text, relation, aborts }; \
		if (unlikely(!(holds)))                                                  \
			shim_kunit_fail(test, &shim_claim, (unsigned long)(left),        \
					(unsigned long)(right), "" __VA_ARGS__);         \
	} while (0)

#define SHIM_KUNIT_COMPARE(test, aborts, text, a, relation, b, ...)                      \
	do {                                                                             \
		typeof(a) shim_left = (a);                                               \
		typeof(b) shim_right = (b);                                              \
		SHIM_KUNIT_CLAIM(test, aborts, shim_left relation shim_right, text,      \
				 #relation, shim_left, shim_right, __VA_ARGS__);         \
	} while (0)

#define SHIM_KUNIT_HOLDS(test, aborts, text, condition, ...) \
	SHIM_KUNIT_CLAIM(test, aborts, condition, text, NULL, 0, 0, __VA_ARGS__)

#define KUNIT_SUCCEED(test) ((void)(test))
#define KUNIT_FAIL(test, ...) SHIM_KUNIT_HOLDS(test, false, "KUNIT_FAIL(" #__VA_ARGS__ ")", false)
#define KUNIT_FAIL_AND_ABORT(test, ...) \
	SHIM_KUNIT_HOLDS(test, true, "KUNIT_FAIL_AND_ABORT(" #__VA_ARGS__ ")", false)

#define KUNIT_EXPECT_EQ(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, false, "KUNIT_EXPECT_EQ(" #a ", " #b ")", a, ==, b, __VA_ARGS__)
#define KUNIT_EXPECT_NE(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, false, "KUNIT_EXPECT_NE(" #a ", " #b ")", a, !=, b, __VA_ARGS__)
#define KUNIT_EXPECT_LT(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, false, "KUNIT_EXPECT_LT(" #a ", " #b ")", a, <, b, __VA_ARGS__)
#define KUNIT_EXPECT_LE(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, false, "KUNIT_EXPECT_LE(" #a ", " #b ")", a, <=, b, __VA_ARGS__)
#define KUNIT_EXPECT_GT(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, false, "KUNIT_EXPECT_GT(" #a ", " #b ")", a, >, b, __VA_ARGS__)
#define KUNIT_EXPECT_GE(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, false, "KUNIT_EXPECT_GE(" #a ", " #b ")", a, >=, b, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, false, "KUNIT_EXPECT_PTR_EQ(" #a ", " #b ")", a, ==, b, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_NE(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, false, "KUNIT_EXPECT_PTR_NE(" #a ", " #b ")", a, !=, b, __VA_ARGS__)
#define KUNIT_EXPECT_TRUE(test, x, ...) \
	SHIM_KUNIT_HOLDS(test, false, "KUNIT_EXPECT_TRUE(" #x ")", !!(x), __VA_ARGS__)
#define KUNIT_EXPECT_FALSE(test, x, ...) \
	SHIM_KUNIT_HOLDS(test, false, "KUNIT_EXPECT_FALSE(" #x ")", !(x), __VA_ARGS__)
#define KUNIT_EXPECT_NULL(test, x, ...) \
	SHIM_KUNIT_HOLDS(test, false, "KUNIT_EXPECT_NULL(" #x ")", !(x), __VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL(test, x, ...) \
	SHIM_KUNIT_HOLDS(test, false, "KUNIT_EXPECT_NOT_NULL(" #x ")", !!(x), __VA_ARGS__)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, x, ...) \
	SHIM_KUNIT_HOLDS(test, false, "KUNIT_EXPECT_NOT_ERR_OR_NULL(" #x ")", !IS_ERR_OR_NULL(x), __VA_ARGS__)
#define KUNIT_EXPECT_STREQ(test, a, b, ...) \
	SHIM_KUNIT_HOLDS(test, false, "KUNIT_EXPECT_STREQ(" #a ", " #b ")", strcmp(a, b) == 0, __VA_ARGS__)
#define KUNIT_EXPECT_STRNEQ(test, a, b, ...) \
	SHIM_KUNIT_HOLDS(test, false, "KUNIT_EXPECT_STRNEQ(" #a ", " #b ")", strcmp(a, b) != 0, __VA_ARGS__)
#define KUNIT_EXPECT_MEMEQ(test, a, b, n, ...) \
	SHIM_KUNIT_HOLDS(test, false, "KUNIT_EXPECT_MEMEQ(" #a ", " #b ")", memcmp(a, b, n) == 0, __VA_ARGS__)
#define KUNIT_EXPECT_MEMNEQ(test, a, b, n, ...) \
	SHIM_KUNIT_HOLDS(test, false, "KUNIT_EXPECT_MEMNEQ(" #a ", " #b ")", memcmp(a, b, n) != 0, __VA_ARGS__)

#define KUNIT_EXPECT_EQ_MSG KUNIT_EXPECT_EQ
#define KUNIT_EXPECT_NE_MSG KUNIT_EXPECT_NE
#define KUNIT_EXPECT_LT_MSG KUNIT_EXPECT_LT
#define KUNIT_EXPECT_LE_MSG KUNIT_EXPECT_LE
#define KUNIT_EXPECT_GT_MSG KUNIT_EXPECT_GT
#define KUNIT_EXPECT_GE_MSG KUNIT_EXPECT_GE
#define KUNIT_EXPECT_PTR_EQ_MSG KUNIT_EXPECT_PTR_EQ
#define KUNIT_EXPECT_PTR_NE_MSG KUNIT_EXPECT_PTR_NE
#define KUNIT_EXPECT_TRUE_MSG KUNIT_EXPECT_TRUE
#define KUNIT_EXPECT_FALSE_MSG KUNIT_EXPECT_FALSE
#define KUNIT_EXPECT_NULL_MSG KUNIT_EXPECT_NULL
#define KUNIT_EXPECT_NOT_NULL_MSG KUNIT_EXPECT_NOT_NULL
#define KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG KUNIT_EXPECT_NOT_ERR_OR_NULL
#define KUNIT_EXPECT_STREQ_MSG KUNIT_EXPECT_STREQ
#define KUNIT_EXPECT_STRNEQ_MSG KUNIT_EXPECT_STRNEQ
#define KUNIT_EXPECT_MEMEQ_MSG KUNIT_EXPECT_MEMEQ
#define KUNIT_EXPECT_MEMNEQ_MSG KUNIT_EXPECT_MEMNEQ

#define KUNIT_ASSERT_EQ(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, true, "KUNIT_ASSERT_EQ(" #a ", " #b ")", a, ==, b, __VA_ARGS__)
#define KUNIT_ASSERT_NE(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, true, "KUNIT_ASSERT_NE(" #a ", " #b ")", a, !=, b, __VA_ARGS__)
#define KUNIT_ASSERT_LT(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, true, "KUNIT_ASSERT_LT(" #a ", " #b ")", a, <, b, __VA_ARGS__)
#define KUNIT_ASSERT_LE(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, true, "KUNIT_ASSERT_LE(" #a ", " #b ")", a, <=, b, __VA_ARGS__)
#define KUNIT_ASSERT_GT(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, true, "KUNIT_ASSERT_GT(" #a ", " #b ")", a, >, b, __VA_ARGS__)
#define KUNIT_ASSERT_GE(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, true, "KUNIT_ASSERT_GE(" #a ", " #b ")", a, >=, b, __VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, true, "KUNIT_ASSERT_PTR_EQ(" #a ", " #b ")", a, ==, b, __VA_ARGS__)
#define KUNIT_ASSERT_PTR_NE(test, a, b, ...) \
	SHIM_KUNIT_COMPARE(test, true, "KUNIT_ASSERT_PTR_NE(" #a ", " #b ")", a, !=, b, __VA_ARGS__)
#define KUNIT_ASSERT_TRUE(test, x, ...) \
	SHIM_KUNIT_HOLDS(test, true, "KUNIT_ASSERT_TRUE(" #x ")", !!(x), __VA_ARGS__)
#define KUNIT_ASSERT_FALSE(test, x, ...) \
	SHIM_KUNIT_HOLDS(test, true, "KUNIT_ASSERT_FALSE(" #x ")", !(x), __VA_ARGS__)
#define KUNIT_ASSERT_NULL(test, x, ...) \
	SHIM_KUNIT_HOLDS(test, true, "KUNIT_ASSERT_NULL(" #x ")", !(x), __VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL(test, x, ...) \
	SHIM_KUNIT_HOLDS(test, true, "KUNIT_ASSERT_NOT_NULL(" #x ")", !!(x), __VA_ARGS__)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, x, ...) \
	SHIM_KUNIT_HOLDS(test, true, "KUNIT_ASSERT_NOT_ERR_OR_NULL(" #x ")", !IS_ERR_OR_NULL(x), __VA_ARGS__)
#define KUNIT_ASSERT_STREQ(test, a, b, ...) \
	SHIM_KUNIT_HOLDS(test, true, "KUNIT_ASSERT_STREQ(" #a ", " #b ")", strcmp(a, b) == 0, __VA_ARGS__)
#define KUNIT_ASSERT_STRNEQ(test, a, b, ...) \
	SHIM_KUNIT_HOLDS(test, true, "KUNIT_ASSERT_STRNEQ(" #a ", " #b ")", strcmp(a, b) != 0, __VA_ARGS__)
#define KUNIT_ASSERT_MEMEQ(test, a, b, n, ...) \
	SHIM_KUNIT_HOLDS(test, true, "KUNIT_ASSERT_MEMEQ(" #a ", " #b ")", memcmp(a, b, n) == 0, __VA_ARGS__)
#define KUNIT_ASSERT_MEMNEQ(test, a, b, n, ...) \
	SHIM_KUNIT_HOLDS(test, true, "KUNIT_ASSERT_MEMNEQ(" #a ", " #b ")", memcmp(a, b, n) != 0, __VA_ARGS__)

#define KUNIT_ASSERT_EQ_MSG KUNIT_ASSERT_EQ
#define KUNIT_ASSERT_NE_MSG KUNIT_ASSERT_NE
#define KUNIT_ASSERT_LT_MSG KUNIT_ASSERT_LT
#define KUNIT_ASSERT_LE_MSG KUNIT_ASSERT_LE
#define KUNIT_ASSERT_GT_MSG KUNIT_ASSERT_GT
#define KUNIT_ASSERT_GE_MSG KUNIT_ASSERT_GE
#define KUNIT_ASSERT_PTR_EQ_MSG KUNIT_ASSERT_PTR_EQ
#define KUNIT_ASSERT_PTR_NE_MSG KUNIT_ASSERT_PTR_NE
#define KUNIT_ASSERT_TRUE_MSG KUNIT_ASSERT_TRUE
#define KUNIT_ASSERT_FALSE_MSG KUNIT_ASSERT_FALSE
#define KUNIT_ASSERT_NULL_MSG KUNIT_ASSERT_NULL
#define KUNIT_ASSERT_NOT_NULL_MSG KUNIT_ASSERT_NOT_NULL
#define KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG KUNIT_ASSERT_NOT_ERR_OR_NULL
#define KUNIT_ASSERT_STREQ_MSG KUNIT_ASSERT_STREQ
#define KUNIT_ASSERT_STRNEQ_MSG KUNIT_ASSERT_STRNEQ
#define KUNIT_ASSERT_MEMEQ_MSG KUNIT_ASSERT_MEMEQ
#define KUNIT_ASSERT_MEMNEQ_MSG KUNIT_ASSERT_MEMNEQ

#endif
