/* SPDX-License-Identifier: GPL-2.0-only */
/* Stubbed: the device that a test case makes for itself. */
#ifndef SHIM_KUNIT_DEVICE_H
#define SHIM_KUNIT_DEVICE_H

struct kunit;

/* Never fails but for memory; gone after the case in any case. */
#define kunit_device_register(test, name) \
	((void)(test), shim_alloc(sizeof(struct device), true) ?: ERR_PTR(-ENOMEM))
#define kunit_device_unregister(test, dev) ((void)(test), shim_free(dev))
#define set_dev_node(dev, node) ((void)(dev), (void)(node))

#endif
