/* SPDX-License-Identifier: GPL-2.0-only */
/* Flush queues: rings of ranges that wait for a flush which began after them. */
#include "dma-iommu.h"

#include "iommu-services.h"

#include <errno.h>
#include <stdlib.h>

/* Slots that are allocated together when one of them is first used. */
#define FQ_CHUNK 32u

struct iova_fq_entry {
	uint64_t iova_pfn;
	uint64_t pages;
	struct iommu_pages_list freelist;
	uint64_t counter; /* flushes that had begun when it was added */
};

struct iova_fq {
	struct iova_fq_entry **chunks; /* null until the ring is used */
	uint32_t head; /* the oldest entry */
	uint32_t tail; /* the next free slot; one always stays free */
	uint32_t mod_mask;
	uint32_t index; /* the CPU, 0 for the single queue */
};

static struct iova_fq_entry *fq_entry(const struct iova_fq *fq, uint32_t slot)
{
	return &fq->chunks[slot / FQ_CHUNK][slot % FQ_CHUNK];
}

/* Where the kernel's ring was there from the start, failing is no option. */
static void *must_calloc(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		abort();
	return memory;
}

/* The slot behind this one. */
static uint32_t fq_next(const struct iova_fq *fq, uint32_t slot)
{
	return (slot + 1) & fq->mod_mask;
}

static uint32_t fq_chunk_count(const struct iova_fq *fq)
{
	return fq->mod_mask / FQ_CHUNK + 1;
}

/* Takes the next free slot. */
static struct iova_fq_entry *fq_ring_add(struct iova_fq *fq)
{
	struct iova_fq_entry **chunk;
	uint32_t slot = fq->tail;

	fq->tail = fq_next(fq, slot);
	if (!fq->chunks)
		fq->chunks = must_calloc(fq_chunk_count(fq), sizeof(struct iova_fq_entry *));
	chunk = &fq->chunks[slot / FQ_CHUNK];
	if (!*chunk)
		*chunk = must_calloc(fq->mod_mask < FQ_CHUNK ? fq->mod_mask + 1 : FQ_CHUNK,
				     sizeof(struct iova_fq_entry));
	return fq_entry(fq, slot);
}

static bool fq_full(const struct iova_fq *fq)
{
	return fq_next(fq, fq->tail) == fq->head;
}

static void fq_lock(struct iommu_dma_cookie *dma, const struct iova_fq *fq)
{
	iommu_yield(dma->domain, IOPT_POINT_FQ_LOCK);
	iommu_lock(dma->domain, IOPT_LOCK_FQ, fq->index);
}

static void fq_unlock(struct iommu_dma_cookie *dma, const struct iova_fq *fq)
{
	iommu_unlock(dma->domain, IOPT_LOCK_FQ, fq->index);
	iommu_yield(dma->domain, IOPT_POINT_FQ_UNLOCK);
}

/* Frees what was added before a flush began that is finished by now. */
static void fq_ring_free_locked(struct iommu_dma_cookie *dma, struct iova_fq *fq, uint32_t cpu)
{
	uint64_t finished = iommu_cell_read(dma->domain, IOPT_CELL_FLUSH_FINISH_COUNT,
					    &dma->fq_flush_finish_cnt);

	while (fq->head != fq->tail) {
		struct iova_fq_entry *entry = fq_entry(fq, fq->head);

		if (entry->counter >= finished)
			return;
		iommu_put_pages_list(dma->domain, &entry->freelist);
		iommu_dma_hand_over(dma, cpu, entry->iova_pfn, entry->pages);
		entry->freelist = (struct iommu_pages_list){ 0 };
		fq->head = fq_next(fq, fq->head);
	}
}

static void fq_flush_iotlb(struct iommu_dma_cookie *dma)
{
	struct iommu_domain *domain = dma->domain;

	iommu_yield(domain, IOPT_POINT_FLUSH_START);
	iommu_cell_inc(domain, IOPT_CELL_FLUSH_START_COUNT, &dma->fq_flush_start_cnt);
	iommu_yield(domain, IOPT_POINT_FLUSH_IOTLB);
	iommu_flush_iotlb_all(domain);
	iommu_yield(domain, IOPT_POINT_FLUSH_FINISH);
	iommu_cell_inc(domain, IOPT_CELL_FLUSH_FINISH_COUNT, &dma->fq_flush_finish_cnt);
}

/* The timer: runs on CPU 0 and looks after every ring. */
static void fq_flush_timeout(void *data)
{
	struct iommu_dma_cookie *dma = data;

	iopt_log1(dma->domain->log, IOPT_EVENT_TIMER_FIRE, dma->fq_timer.expires);
	iommu_cell_set(dma->domain, IOPT_CELL_TIMER_ON, &dma->fq_timer_on, 0, IOPT_RELAXED);
	fq_flush_iotlb(dma);
	for (uint32_t i = 0; i < dma->fq_count; i++) {
		fq_lock(dma, &dma->fq[i]);
		fq_ring_free_locked(dma, &dma->fq[i], 0);
		fq_unlock(dma, &dma->fq[i]);
	}
}

/* Whoever turns the flag on arms the timer. */
static void fq_arm_timer(struct iommu_dma_cookie *dma)
{
	struct iommu_domain *domain = dma->domain;

	iommu_yield(domain, IOPT_POINT_TIMER_TEST);
	if (iommu_cell_read(domain, IOPT_CELL_TIMER_ON, &dma->fq_timer_on))
		return;
	iommu_yield(domain, IOPT_POINT_TIMER_SET);
	if (iommu_cell_cmpxchg(domain, IOPT_CELL_TIMER_ON, &dma->fq_timer_on, 0, 1,
			       IOPT_ACQ_REL))
		return;
	timer_arm(&dma->timers, &dma->fq_timer, dma->options.fq_timeout);
	iopt_log1(domain->log, IOPT_EVENT_TIMER_ON, dma->fq_timer.expires);
}

static void log_queue(const struct iommu_dma_cookie *dma, const struct iova_fq *fq,
		      const struct iova_fq_entry *entry)
{
	unsigned int shift = iova_shift(&dma->iovad);
	struct iopt_log *log = dma->domain->log;
	uint64_t record = iopt_log_begin(log, IOPT_EVENT_QUEUE);

	iopt_log_word(log, fq->index);
	iopt_log_word(log, entry->iova_pfn << shift);
	iopt_log_word(log, entry->pages << shift);
	iopt_log_word(log, entry->counter);
	iommu_pages_list_log(dma->domain, &entry->freelist);
	iopt_log_end(log, record);
}

void queue_iova(struct iommu_dma_cookie *dma, uint32_t cpu, uint64_t pfn, uint64_t pages,
		const struct iommu_pages_list *freelist)
{
	bool single = dma->options.qt == IOPT_QUEUE_SINGLE;
	struct iova_fq *fq = &dma->fq[single ? 0 : cpu];
	struct iova_fq_entry *entry;

	fq_lock(dma, fq);
	fq_ring_free_locked(dma, fq, cpu);
	if (fq_full(fq)) {
		fq_flush_iotlb(dma);
		fq_ring_free_locked(dma, fq, cpu);
	}
	entry = fq_ring_add(fq);
	entry->iova_pfn = pfn;
	entry->pages = pages;
	entry->counter = iommu_cell_read(dma->domain, IOPT_CELL_FLUSH_START_COUNT,
					 &dma->fq_flush_start_cnt);
	iommu_pages_list_splice(dma->domain, freelist, &entry->freelist);
	log_queue(dma, fq, entry);
	fq_unlock(dma, fq);
	fq_arm_timer(dma);
}

int iommu_dma_init_fq(struct iommu_domain *domain)
{
	struct iommu_dma_cookie *dma = domain->iova_cookie;
	uint32_t count = dma->options.qt == IOPT_QUEUE_SINGLE ? 1 : dma->cpus;

	if (dma->fq_domain)
		return 0;
	iommu_cell_set(domain, IOPT_CELL_FLUSH_START_COUNT, &dma->fq_flush_start_cnt, 0,
		       IOPT_RELAXED);
	iommu_cell_set(domain, IOPT_CELL_FLUSH_FINISH_COUNT, &dma->fq_flush_finish_cnt, 0,
		       IOPT_RELAXED);
	if (!domain->host->alloc_queue(domain->host))
		return -ENOMEM;
	dma->fq = calloc(count, sizeof(*dma->fq));
	if (!dma->fq)
		return -ENOMEM;
	dma->fq_count = count;
	for (uint32_t i = 0; i < count; i++) {
		dma->fq[i].mod_mask = dma->options.fq_size - 1;
		dma->fq[i].index = i;
	}
	dma->fq_timer.function = fq_flush_timeout;
	dma->fq_timer.data = dma;
	dma->fq_timer.rank = TIMER_SOFTIRQ;
	iommu_cell_set(domain, IOPT_CELL_TIMER_ON, &dma->fq_timer_on, 0, IOPT_RELAXED);
	iommu_yield(domain, IOPT_POINT_FQ_DOMAIN_PUBLISH);
	iommu_cell_set(domain, IOPT_CELL_FQ_DOMAIN, &dma->fq_domain, 1, IOPT_RELEASE);
	return 0;
}

void iommu_dma_free_fq(struct iommu_domain *domain)
{
	struct iommu_dma_cookie *dma = domain->iova_cookie;

	for (uint32_t i = 0; i < dma->fq_count; i++) {
		const struct iova_fq *fq = &dma->fq[i];

		for (uint32_t slot = fq->head; slot != fq->tail; slot = fq_next(fq, slot))
			iommu_put_pages_list(domain, &fq_entry(fq, slot)->freelist);
	}
	iommu_dma_forget_fq(dma);
}

static void fq_ring_destroy(struct iova_fq *fq)
{
	if (!fq->chunks)
		return;
	for (uint32_t i = 0; i < fq_chunk_count(fq); i++)
		free(fq->chunks[i]);
	free(fq->chunks);
}

void iommu_dma_forget_fq(struct iommu_dma_cookie *dma)
{
	for (uint32_t i = 0; i < dma->fq_count; i++)
		fq_ring_destroy(&dma->fq[i]);
	free(dma->fq);
	dma->fq = NULL;
	dma->fq_count = 0;
}
