/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Points of a flush queue's life, where a scheduler may run another virtual CPU: around what the
 * tree's DMA layer does to the words and locks that these are about. Included right before its file.
 */
#ifndef SHIM_POINTS_H
#define SHIM_POINTS_H

#define SHIM_COOKIE (((struct shim_domain *)shim_current)->domain.iova_cookie)

/* A point, when `address` is that of the cookie's `member`. */
#define SHIM_POINT_AT(address, member, point)                                          \
	((void)(shim_yields() && (const void *)(address) == &SHIM_COOKIE->member ?    \
			(shim_yield(point), 0) : 0))

/* All locks of this file are those of rings. */
#undef spin_lock_irqsave
#define spin_lock_irqsave(lock, flags) \
	(shim_point(IOPT_POINT_FQ_LOCK), (flags) = 0, spin_lock(lock))
#undef spin_unlock_irqrestore
#define spin_unlock_irqrestore(lock, flags) \
	((void)(flags), spin_unlock(lock), shim_point(IOPT_POINT_FQ_UNLOCK))

#undef atomic64_inc
#define atomic64_inc(v)                                                                  \
	do {                                                                             \
		SHIM_POINT_AT(v, fq_flush_start_cnt, IOPT_POINT_FLUSH_START);            \
		SHIM_POINT_AT(v, fq_flush_finish_cnt, IOPT_POINT_FLUSH_FINISH);          \
		(void)atomic64_add_return(1, v);                                         \
		SHIM_POINT_AT(v, fq_flush_start_cnt, IOPT_POINT_FLUSH_IOTLB);            \
	} while (0)

#undef atomic_read
#define atomic_read(v)                                             \
	(SHIM_POINT_AT(v, fq_timer_on, IOPT_POINT_TIMER_TEST),     \
	 SHIM_LOAD((v)->counter, IOPT_RELAXED))
#define atomic_xchg(v, value) \
	(SHIM_POINT_AT(v, fq_timer_on, IOPT_POINT_TIMER_SET), atomic_xchg(v, value))

#undef READ_ONCE
#define READ_ONCE(x)                                                \
	(SHIM_POINT_AT(&(x), fq_domain, IOPT_POINT_FQ_DOMAIN_READ), \
	 SHIM_LOAD(x, IOPT_RELAXED))
#undef WRITE_ONCE
#define WRITE_ONCE(x, value)                                                     \
	do {                                                                     \
		SHIM_POINT_AT(&(x), fq_domain, IOPT_POINT_FQ_DOMAIN_PUBLISH);    \
		SHIM_STORE(x, value, IOPT_RELAXED);                              \
	} while (0)

#define iommu_iotlb_sync(domain, gather) \
	(shim_point(IOPT_POINT_STRICT_SYNC), iommu_iotlb_sync(domain, gather))

#endif
