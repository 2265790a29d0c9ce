/* SPDX-License-Identifier: GPL-2.0-only */
/* Handles: what scenarios know buffers, lists and two-step ranges by. Part of dma.c. */

enum shim_buffer_kind {
	SHIM_DEAD = 0,
	SHIM_BUFFER,
	SHIM_LIST,
	SHIM_RANGE,
};

struct shim_buffer {
	unsigned int kind;
	unsigned int direction;
	unsigned long attrs;
	dma_addr_t address;
	size_t size; /* of a buffer or a range, bytes */
	unsigned int count; /* of a list's pieces */
	struct scatterlist *list;
	struct dma_iova_state state;
};

#define SHIM_CHUNK 256u

struct shim_buffers {
	struct shim_buffer *chunks[IOPT_HANDLE_COUNT / SHIM_CHUNK]; /* made when first used */
};

static struct shim_buffer *find_buffer(struct shim_buffers *buffers, unsigned int handle)
{
	struct shim_buffer **chunk = &buffers->chunks[handle % IOPT_HANDLE_COUNT / SHIM_CHUNK];

	if (!*chunk)
		*chunk = shim_alloc_own(SHIM_CHUNK * sizeof(**chunk));
	BUG_ON(!*chunk);
	return *chunk + handle % SHIM_CHUNK;
}

static void skip(void)
{
	iopt_log0(shim_current->log, IOPT_EVENT_SKIP);
}

static enum dma_data_direction direction_of(unsigned int dir)
{
	return dir == IOPT_TO_DEVICE   ? DMA_TO_DEVICE :
	       dir == IOPT_FROM_DEVICE ? DMA_FROM_DEVICE :
					 DMA_BIDIRECTIONAL;
}

static unsigned long attrs_of(unsigned int attrs)
{
	unsigned long known = 0;

	if (attrs & IOPT_ATTR_MMIO)
		known |= DMA_ATTR_MMIO;
#ifdef DMA_ATTR_REQUIRE_COHERENT
	if (attrs & IOPT_ATTR_REQUIRE_COHERENT)
		known |= DMA_ATTR_REQUIRE_COHERENT;
#endif
	if (attrs & IOPT_ATTR_PRIVILEGED)
		known |= DMA_ATTR_PRIVILEGED;
	return known;
}

/* The members that only kinds of the ABI's version 2 have. */
static unsigned long op_attrs(const struct iopt_op *op)
{
	return op->kind >= IOPT_OP_KINDS && iopt_has(op, attrs) ? attrs_of(op->attrs) : 0;
}

static void map_buffer(struct device *dev, struct shim_buffer *buffer, const struct iopt_op *op)
{
	buffer->direction = direction_of(op->dir);
	buffer->attrs = op_attrs(op);
	buffer->size = op->len;
	buffer->address = iommu_dma_map_phys(dev, op->pa, op->len, buffer->direction,
					     buffer->attrs);
	if (buffer->address != DMA_MAPPING_ERROR)
		buffer->kind = SHIM_BUFFER;
	shim_log_ret(buffer->address, 0);
}

static struct scatterlist *make_list(const struct iopt_op *op)
{
	struct scatterlist *list = shim_alloc_own(op->piece_count * sizeof(*list));

	BUG_ON(!list);
	sg_init_table(list, op->piece_count);
	for (u64 i = 0; i < op->piece_count; i++)
		sg_set_page(&list[i], phys_to_page(op->pieces[i].pa),
			    (unsigned int)op->pieces[i].len, offset_in_page(op->pieces[i].pa));
	return list;
}

static void map_list(struct device *dev, struct shim_buffer *buffer, const struct iopt_op *op)
{
	int mapped;

	buffer->direction = direction_of(op->dir);
	buffer->list = make_list(op);
	buffer->count = op->piece_count;
	mapped = iommu_dma_map_sg(dev, buffer->list, op->piece_count, buffer->direction, 0);
	if (mapped > 0) {
		buffer->kind = SHIM_LIST;
		shim_log_ret(sg_dma_address(buffer->list), 0);
		return;
	}
	shim_free(buffer->list);
	shim_log_ret(DMA_MAPPING_ERROR, 0);
}

/* Version 1 of the language: below the entry point, so a list that ends at 2^64 is unmapped. */
static void unmap_segments(struct device *dev, const struct shim_buffer *buffer)
{
	struct scatterlist *segment;
	dma_addr_t start = sg_dma_address(buffer->list), end = start;
	int i;

	for_each_sg(buffer->list, segment, buffer->count, i) {
		if (!sg_dma_len(segment))
			break;
		end = sg_dma_address(segment) + sg_dma_len(segment);
	}
	if (end != start)
		__iommu_dma_unmap(dev, start, end - start);
}

static void unmap(struct device *dev, struct shim_buffer *buffer, bool entry_point)
{
	shim_current->unmapped = 0;
	if (buffer->kind == SHIM_LIST && entry_point)
		iommu_dma_unmap_sg(dev, buffer->list, buffer->count, buffer->direction, 0);
	else if (buffer->kind == SHIM_LIST)
		unmap_segments(dev, buffer);
	else if (entry_point)
		iommu_dma_unmap_phys(dev, buffer->address, buffer->size, buffer->direction,
				     buffer->attrs);
	else
		__iommu_dma_unmap(dev, buffer->address, buffer->size);
	if (buffer->kind == SHIM_LIST)
		shim_free(buffer->list);
	buffer->kind = SHIM_DEAD;
	shim_log_ret(shim_current->unmapped, 0);
}

static void alloc_range(struct device *dev, struct shim_buffer *buffer, const struct iopt_op *op)
{
	buffer->size = op->len;
	buffer->state = (struct dma_iova_state){};
	if (!dma_iova_try_alloc(dev, &buffer->state, op->pa, op->len)) {
		shim_log_ret(DMA_MAPPING_ERROR, 0);
		return;
	}
	buffer->kind = SHIM_RANGE;
	shim_log_ret(buffer->state.addr, 0);
}

/* OFFSET and LEN lie within what was asked for; the sum may not wrap. */
static bool range_covers(const struct shim_buffer *buffer, u64 offset, u64 len)
{
	u64 end;

	return buffer->kind == SHIM_RANGE && !check_add_overflow(offset, len, &end) &&
	       end <= buffer->size;
}

static void link_range(struct device *dev, struct shim_buffer *buffer, const struct iopt_op *op)
{
	int err = dma_iova_link(dev, &buffer->state, op->pa, op->offset, op->len,
				direction_of(op->dir), op_attrs(op));

	shim_log_ret((u64)(s64)err, 0);
}

static void sync_range(struct device *dev, struct shim_buffer *buffer, const struct iopt_op *op)
{
	shim_log_ret((u64)(s64)dma_iova_sync(dev, &buffer->state, op->offset, op->len), 0);
}

static void destroy_range(struct device *dev, struct shim_buffer *buffer, u64 len)
{
	buffer->kind = SHIM_DEAD;
	dma_iova_destroy(dev, &buffer->state, len, DMA_BIDIRECTIONAL, 0);
}

static void free_range(struct device *dev, struct shim_buffer *buffer)
{
	buffer->kind = SHIM_DEAD;
	dma_iova_free(dev, &buffer->state);
}

/* False for a number that is none of these. */
static bool run_on_range(struct device *dev, struct shim_buffer *buffer, const struct iopt_op *op)
{
	bool whole = op->kind == IOPT_OP_DMA_IOVA_DESTROY || op->kind == IOPT_OP_DMA_IOVA_FREE;
	u64 offset = whole ? 0 : op->offset;
	u64 len = op->kind == IOPT_OP_DMA_IOVA_FREE ? 0 : op->len;

	if (op->kind < IOPT_OP_DMA_IOVA_LINK || op->kind > IOPT_OP_DMA_IOVA_FREE)
		return false;
	if (!range_covers(buffer, offset, len))
		skip();
	else if (op->kind == IOPT_OP_DMA_IOVA_LINK)
		link_range(dev, buffer, op);
	else if (op->kind == IOPT_OP_DMA_IOVA_SYNC)
		sync_range(dev, buffer, op);
	else if (op->kind == IOPT_OP_DMA_IOVA_UNLINK)
		dma_iova_unlink(dev, &buffer->state, offset, len, DMA_BIDIRECTIONAL, 0);
	else if (op->kind == IOPT_OP_DMA_IOVA_DESTROY)
		destroy_range(dev, buffer, len);
	else
		free_range(dev, buffer);
	return true;
}

static bool run_mapping(struct device *dev, struct shim_buffer *buffer, const struct iopt_op *op)
{
	u64 mask = *dev->dma_mask;
	bool own_limit = op->kind >= IOPT_OP_KINDS && iopt_has(op, has_limit) && op->has_limit;

	if (buffer->kind != SHIM_DEAD) {
		skip();
		return true;
	}
	if (own_limit)
		*dev->dma_mask = op->limit;
	if (op->kind == IOPT_OP_DMA_IOVA_ALLOC)
		alloc_range(dev, buffer, op);
	else if (op->kind == IOPT_OP_DMA_MAP || op->kind == IOPT_OP_DMA_MAP_PHYS)
		map_buffer(dev, buffer, op);
	else
		map_list(dev, buffer, op);
	*dev->dma_mask = mask;
	return true;
}

static bool shim_run_buffer(struct device *dev, struct shim_buffers *buffers,
			    const struct iopt_op *op)
{
	struct shim_buffer *buffer = find_buffer(buffers, op->handle);

	switch (op->kind) {
	case IOPT_OP_DMA_MAP:
	case IOPT_OP_DMA_MAP_SG:
	case IOPT_OP_DMA_MAP_PHYS:
	case IOPT_OP_DMA_MAP_SG_ATTRS:
	case IOPT_OP_DMA_IOVA_ALLOC:
		return op->dir <= IOPT_FROM_DEVICE && run_mapping(dev, buffer, op);
	case IOPT_OP_DMA_UNMAP:
	case IOPT_OP_DMA_UNMAP_PHYS_OR_SG:
		if (buffer->kind == SHIM_BUFFER || buffer->kind == SHIM_LIST)
			unmap(dev, buffer, op->kind == IOPT_OP_DMA_UNMAP_PHYS_OR_SG);
		else
			skip();
		return true;
	default:
		return run_on_range(dev, buffer, op);
	}
}
