/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DMA API on top of a domain: IOVAs, mapping, and flush queues that put
 * invalidation off (kernel: drivers/iommu/dma-iommu.*).
 *
 * Points at which another virtual CPU may run, in order ([…]: only then):
 *
 *   map, map_sg     the page table's own points; [failed: IOVA_HANDOVER]
 *   unmap, strict   FQ_DOMAIN_READ, IOVA_HANDOVER; dma_iova_destroy() likewise,
 *                   without the first where it is dma_iova_unlink() and _free()
 *   dma_iova_free   IOVA_HANDOVER
 *   unmap, queued   FQ_DOMAIN_READ, FQ_LOCK, old entries, [full: a flush, old
 *                   entries], FQ_UNLOCK, TIMER_TEST, [flag was off: TIMER_SET]
 *   a flush         FLUSH_START, FLUSH_IOTLB, FLUSH_FINISH
 *   old entries     for each, after its tables were freed: IOVA_HANDOVER
 *   the timer       its flag off; a flush; for each ring, in the order of the
 *                   CPUs: FQ_LOCK, old entries, FQ_UNLOCK
 *   relax           [not queued yet and a queue was had: FQ_DOMAIN_PUBLISH]
 *
 * The read or write of the shared cell follows its point at once. FQ_LOCK comes
 * before lock(FQ, ring) and FQ_UNLOCK after unlock(FQ, ring); ring is the CPU,
 * 0 for the single queue. The allocator has locks but no points. Whoever relaxes
 * does so alone, as the group's mutex sees to.
 */
#ifndef LOCKSTEP_DMA_IOMMU_H
#define LOCKSTEP_DMA_IOMMU_H

#include "iova.h"

#pragma GCC visibility push(hidden)

#define DMA_MAPPING_ERROR UINT64_MAX

struct iova_fq;

struct iommu_dma_options {
	enum iopt_queue_kind qt;
	uint32_t fq_size; /* entries of one ring, a power of two */
	uint64_t fq_timeout; /* ms */
};

struct iommu_dma_cookie {
	struct iommu_domain *domain;
	struct iova_domain iovad;
	struct timer_base timers;
	struct iommu_dma_options options;
	struct iova_fq *fq; /* fq_count rings, null until a queue is had */
	uint32_t fq_count; /* 1, or the number of CPUs */
	uint32_t cpus;
	struct timer_list fq_timer;
	uint64_t dma_mask; /* of the device */
	bool pci_32bit_workaround; /* try below 4 GiB first */

	/* Cells that virtual CPUs share. */
	uint64_t fq_flush_start_cnt; /* flushes begun */
	uint64_t fq_flush_finish_cnt; /* flushes completed */
	uint64_t fq_timer_on; /* 1 while the timer is armed */
	uint64_t fq_domain; /* 1 once unmaps go on a queue */
};

/*
 * Sets the DMA layer up on a domain that has none. On failure there is none:
 * -EFAULT where the kernel hits a BUG, -ENOMEM. A domain that gets no queue is
 * strict.
 */
int iommu_dma_init_domain(struct iommu_domain *domain, const struct iopt_config *config);
/* Frees the layer's own memory; tables that are queued stay where they are. */
void iommu_put_dma_cookie(struct iommu_domain *domain);

/* Which device of the domain asks, where, and for what: the same for all of a buffer. */
struct iommu_dma_request {
	uint32_t cpu;
	uint32_t attrs; /* enum iopt_attr bits */
	enum iopt_direction dir;
	uint64_t dma_mask; /* of the device */
};

/*
 * Maps for the device, which is coherent. The DMA address, or
 * DMA_MAPPING_ERROR and nothing mapped.
 */
uint64_t iommu_dma_map_phys(struct iommu_domain *domain, const struct iommu_dma_request *request,
			    uint64_t phys, uint64_t size);
/* Maps whole granules into one range, which may be of no length; see above. */
uint64_t iommu_dma_map_sg(struct iommu_domain *domain, const struct iommu_dma_request *request,
			  const struct iopt_piece *pieces, uint64_t count);
/*
 * How many bytes an unmap of the list takes when it was mapped at dma_addr: 0 when its first output
 * segment is empty.
 */
uint64_t iommu_dma_sg_extent(const struct iopt_piece *pieces, uint64_t count, uint64_t dma_addr);
/* Bytes unmapped, whole granules: what the two below, which drivers call, come to. */
uint64_t __iommu_dma_unmap(struct iommu_domain *domain, uint32_t cpu, uint64_t dma_addr,
			   uint64_t size);
/* Nothing where the address is looked up, for want of attributes, and is not mapped. */
uint64_t iommu_dma_unmap_phys(struct iommu_domain *domain, uint32_t cpu, uint64_t dma_addr,
			      uint64_t size, uint32_t attrs);
/* A list of this extent; nothing where that ends with the space. */
uint64_t iommu_dma_unmap_sg(struct iommu_domain *domain, uint32_t cpu, uint64_t dma_addr,
			    uint64_t extent);

/* Takes a range of bytes away from the allocator. */
void iommu_dma_reserve(struct iommu_domain *domain, uint64_t iova, uint64_t len);
/* Lets virtual time pass. */
void iommu_dma_tick(struct iommu_domain *domain, uint64_t ms);

/* Mappings in two steps, dma-iommu-iova.c. */

/* A range that was taken to link buffers into. */
struct dma_iova_state {
	uint64_t addr; /* with the offset into the granule that the first buffer is to have */
	uint64_t size; /* bytes, as asked for */
};

/* False when there is no range. */
bool dma_iova_try_alloc(struct iommu_domain *domain, const struct iommu_dma_request *request,
			struct dma_iova_state *state, uint64_t phys, uint64_t size);
/* Gives all of the range back at once, whatever is linked. */
void dma_iova_free(struct iommu_domain *domain, uint32_t cpu, const struct dma_iova_state *state);
/* 0 or a negative errno. Offsets and sizes are bytes, and not held against the range. */
int dma_iova_link(struct iommu_domain *domain, const struct iommu_dma_request *request,
		  const struct dma_iova_state *state, uint64_t phys, uint64_t offset,
		  uint64_t size);
int dma_iova_sync(struct iommu_domain *domain, const struct dma_iova_state *state,
		  uint64_t offset, uint64_t size);
void dma_iova_unlink(struct iommu_domain *domain, const struct dma_iova_state *state,
		     uint64_t offset, uint64_t size);
/* Unlinks the range's first bytes and gives it up. */
void dma_iova_destroy(struct iommu_domain *domain, uint32_t cpu,
		      const struct dma_iova_state *state, uint64_t mapped_len);

/* What both kinds of mapping are made of, dma-iommu.c. */

/* enum iopt_prot bits. */
uint32_t dma_info_to_prot(enum iopt_direction dir, uint32_t attrs);
/* A range of `size` bytes, whole granules; 0 for none. */
uint64_t iommu_dma_alloc_iova(struct iommu_dma_cookie *dma, uint32_t cpu, uint64_t size,
			      uint64_t dma_mask);
/* `gather` is null for a range that never was mapped. */
void iommu_dma_free_iova(struct iommu_dma_cookie *dma, uint32_t cpu, uint64_t iova,
			 uint64_t size, const struct iommu_iotlb_gather *gather);
/* Starts a gather that is queued where the domain has a queue in force. */
void iommu_dma_gather_init(struct iommu_dma_cookie *dma, struct iommu_iotlb_gather *gather);
/* Unmaps whole granules, violating an expectation where less is mapped. Syncs what is not queued. */
uint64_t iommu_dma_unmap_granules(struct iommu_domain *domain, uint64_t iova, uint64_t size,
				  struct iommu_iotlb_gather *gather);

/* Flush queues, dma-iommu-fq.c. */

/* The live change from strict to queued; 0 when it is queued already. */
int iommu_dma_init_fq(struct iommu_domain *domain);
/* Frees the tables that wait on the queue, and the queue. */
void iommu_dma_free_fq(struct iommu_domain *domain);
/* Frees the queue's own memory only. */
void iommu_dma_forget_fq(struct iommu_dma_cookie *dma);
/* Puts a range, in pages, and its tables on the queue of `cpu`. */
void queue_iova(struct iommu_dma_cookie *dma, uint32_t cpu, uint64_t pfn, uint64_t pages,
		const struct iommu_pages_list *freelist);
/* Gives a range back to the allocator. */
void iommu_dma_hand_over(struct iommu_dma_cookie *dma, uint32_t cpu, uint64_t pfn,
			 uint64_t pages);

#pragma GCC visibility pop
#endif
