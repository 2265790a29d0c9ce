/* SPDX-License-Identifier: GPL-2.0-only */
/* What a test case of dirty tracking has of user space: memory, and iommufd's bitmap in it. */
#include <kunit/test.h>
#include <linux/iova_bitmap.h>

struct iova_bitmap {
	unsigned long iova; /* of its first bit */
	unsigned long last; /* inclusive */
	unsigned long page; /* bytes that a bit stands for */
	u64 *words;
};

unsigned long kunit_vm_mmap(struct kunit *test, struct file *file, unsigned long address,
			    unsigned long bytes, unsigned long prot, unsigned long flags,
			    unsigned long offset)
{
	return (unsigned long)shim_alloc(bytes, true);
}

struct iova_bitmap *iova_bitmap_alloc(unsigned long iova, size_t length,
				      unsigned long page_size, u64 __user *data)
{
	struct iova_bitmap *bitmap = shim_alloc(sizeof(*bitmap), false);

	if (!bitmap)
		return ERR_PTR(-ENOMEM);
	*bitmap = (struct iova_bitmap){ iova, iova + length - 1, page_size, data };
	return bitmap;
}

void iova_bitmap_free(struct iova_bitmap *bitmap)
{
	shim_free(bitmap);
}

/* A range that begins in front of the bitmap leaves no bit, one that ends behind it is cut short. */
void iova_bitmap_set(struct iova_bitmap *bitmap, unsigned long iova, size_t length)
{
	unsigned long last = iova + length - 1;

	if (iova < bitmap->iova || iova > bitmap->last || !length)
		return;
	if (last < iova || last > bitmap->last)
		last = bitmap->last;
	for (u64 bit = (iova - bitmap->iova) / bitmap->page;
	     bit <= (last - bitmap->iova) / bitmap->page; bit++)
		bitmap->words[bit / 64] |= 1ull << bit % 64;
}
