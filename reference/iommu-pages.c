/* SPDX-License-Identifier: GPL-2.0-only */
#include "iommu-pages.h"

#include "iommu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void iommu_pages_init(struct iommu_pages *pages)
{
	pages->desc = pages->inline_desc;
	pages->capacity = IOMMU_PAGES_INLINE + 1;
}

void iommu_pages_destroy(struct iommu_pages *pages)
{
	if (pages->desc != pages->inline_desc)
		free(pages->desc);
}

/* Makes room for the descriptor of `page`; false when memory ran out. */
static bool pages_reach(struct iommu_pages *pages, uint32_t page)
{
	bool was_inline = pages->desc == pages->inline_desc;
	uint32_t capacity = pages->capacity;
	struct ioptdesc *grown;

	if (page < capacity)
		return true;
	while (capacity <= page)
		capacity *= 2;
	grown = realloc(was_inline ? NULL : pages->desc, capacity * sizeof(*grown));
	if (!grown)
		return false;
	if (was_inline)
		memcpy(grown, pages->inline_desc, sizeof(pages->inline_desc));
	pages->desc = grown;
	pages->capacity = capacity;
	return true;
}

static struct ioptdesc *desc_of(struct iommu_domain *domain, uint64_t pa)
{
	return &domain->pages.desc[iommu_phys_to_page(pa)];
}

uint64_t iommu_alloc_pages_sz(struct iommu_domain *domain, uint64_t bytes)
{
	uint64_t pa = domain->host->alloc_table(domain->host, bytes);

	if (!pa)
		return 0;
	if (!pages_reach(&domain->pages, iommu_phys_to_page(pa))) {
		domain->host->free_table(domain->host, pa);
		return 0;
	}
	*desc_of(domain, pa) = (struct ioptdesc){ 0 };
	return pa;
}

/* A page must have left incoherent handling before it is freed. */
void iommu_free_pages(struct iommu_domain *domain, uint64_t pa)
{
	if (desc_of(domain, pa)->incoherent)
		iommu_warn(domain);
	domain->host->free_table(domain->host, pa);
}

void iommu_put_pages_list(struct iommu_domain *domain, const struct iommu_pages_list *list)
{
	uint32_t page = list->first;

	while (page) {
		uint32_t following = domain->pages.desc[page].next;

		iommu_free_pages(domain, iommu_page_to_phys(page));
		page = following;
	}
}

void iommu_pages_list_add(struct iommu_domain *domain, struct iommu_pages_list *list, uint64_t pa)
{
	uint32_t page = iommu_phys_to_page(pa);

	domain->pages.desc[page].next = 0;
	if (list->first)
		domain->pages.desc[list->last].next = page;
	else
		list->first = page;
	list->last = page;
}

void iommu_pages_list_splice(struct iommu_domain *domain, const struct iommu_pages_list *from,
			     struct iommu_pages_list *to)
{
	if (!from->first)
		return;
	domain->pages.desc[from->last].next = to->first;
	to->first = from->first;
	if (!to->last)
		to->last = from->last;
}

void iommu_pages_list_log(struct iommu_domain *domain, const struct iommu_pages_list *list)
{
	for (uint32_t page = list->first; page; page = domain->pages.desc[page].next)
		iopt_log_word(domain->log, iommu_page_to_phys(page));
}

int iommu_pages_start_incoherent(struct iommu_domain *domain, uint64_t pa)
{
	struct ioptdesc *desc = desc_of(domain, pa);

	if (desc->incoherent) {
		iommu_warn(domain);
		return -EINVAL;
	}
	iopt_log2(domain->log, IOPT_EVENT_INCOHERENT, pa, 1);
	desc->incoherent = true;
	return 0;
}

int iommu_pages_start_incoherent_list(struct iommu_domain *domain,
				      const struct iommu_pages_list *list)
{
	for (uint32_t page = list->first; page; page = domain->pages.desc[page].next) {
		int ret;

		if (domain->pages.desc[page].incoherent) {
			iommu_warn(domain);
			continue;
		}
		ret = iommu_pages_start_incoherent(domain, iommu_page_to_phys(page));
		if (ret)
			return ret;
	}
	return 0;
}

static void stop_incoherent(struct iommu_domain *domain, uint64_t pa)
{
	struct ioptdesc *desc = desc_of(domain, pa);

	if (!desc->incoherent)
		return;
	iopt_log2(domain->log, IOPT_EVENT_INCOHERENT, pa, 0);
	desc->incoherent = false;
}

void iommu_pages_stop_incoherent_list(struct iommu_domain *domain,
				      const struct iommu_pages_list *list)
{
	for (uint32_t page = list->first; page; page = domain->pages.desc[page].next)
		stop_incoherent(domain, iommu_page_to_phys(page));
}

void iommu_pages_free_incoherent(struct iommu_domain *domain, uint64_t pa)
{
	stop_incoherent(domain, pa);
	iommu_free_pages(domain, pa);
}

void iommu_pages_flush_incoherent(struct iommu_domain *domain, uint64_t pa, uint64_t len)
{
	iopt_log2(domain->log, IOPT_EVENT_CLEAN, pa, len);
}
