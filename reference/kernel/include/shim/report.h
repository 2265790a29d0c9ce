/* SPDX-License-Identifier: GPL-2.0-only */
/* Ours on purpose: what the code says of itself. WARN is an event, BUG is the end of the scenario. */
#ifndef SHIM_REPORT_H
#define SHIM_REPORT_H

/* Every violated expectation is reported each time, "once" or not: as the traces have it. */
#define WARN_ON(condition)                               \
	({                                               \
		bool shim_condition = !!(condition);     \
		if (unlikely(shim_condition))            \
			shim_warn(__FILE__, __LINE__);   \
		unlikely(shim_condition);                \
	})
#define WARN_ON_ONCE(condition) WARN_ON(condition)
#define WARN(condition, ...) WARN_ON(condition)
#define WARN_ONCE(condition, ...) WARN_ON(condition)
#define VM_WARN_ON_ONCE(condition) WARN_ON(condition)
#define VM_WARN_ON(condition) WARN_ON(condition)
#define WARN_RATELIMIT(condition, ...) WARN_ON(condition)
#define BUG_ON(condition)             \
	do {                          \
		if (unlikely(condition)) \
			shim_bug(__FILE__, __LINE__); \
	} while (0)
#define BUG() shim_bug(__FILE__, __LINE__)
#define unreachable() __builtin_unreachable()

/* The format's extensions (%pa) are the kernel's own, so the compiler is not asked to check them. */
#define shim_unprinted(...) ((void)0)
#define pr_warn(...) shim_unprinted(__VA_ARGS__)
#define pr_warn_once(...) shim_unprinted(__VA_ARGS__)
#define pr_warn_ratelimited(...) shim_unprinted(__VA_ARGS__)
#define pr_err(...) shim_unprinted(__VA_ARGS__)
#define pr_err_ratelimited(...) shim_unprinted(__VA_ARGS__)
#define pr_info(...) shim_unprinted(__VA_ARGS__)
#define pr_debug(...) shim_unprinted(__VA_ARGS__)
#define dev_err(...) shim_unprinted(__VA_ARGS__)
#define dev_warn(...) shim_unprinted(__VA_ARGS__)
#define dev_warn_once(...) shim_unprinted(__VA_ARGS__)
#define dev_info(...) shim_unprinted(__VA_ARGS__)
#define dev_dbg(...) shim_unprinted(__VA_ARGS__)
#define might_sleep() ((void)0)
#define might_sleep_if(condition) ((void)(condition))
#define cond_resched() ((void)0)
#define lockdep_assert_held(lock) ((void)(lock))

/* Tracepoints and checkers that these files call. */
#define trace_map(...) ((void)0)
#define trace_unmap(...) ((void)0)
#define trace_swiotlb_bounced(...) ((void)0)
#define iommu_debug_map(...) ((void)0)
#define iommu_debug_unmap_begin(...) ((void)0)
#define iommu_debug_unmap_end(...) ((void)0)
#define kmemleak_ignore(pointer) ((void)(pointer))
#define kmemleak_transient_leak(pointer) ((void)(pointer))
#define kmemleak_alloc(...) ((void)0)

#endif
