/* SPDX-License-Identifier: GPL-2.0-only */
/* Stubbed: as much of a device as the mapping code asks for. There is one, and it is coherent. */
#ifndef SHIM_DEVICE_H
#define SHIM_DEVICE_H

struct device_node;
struct iommu_group;
struct bus_dma_region;
struct device_dma_parameters {
	unsigned int max_segment_size;
	unsigned int min_align_mask;
	unsigned long segment_boundary_mask;
};
struct device {
	struct dev_iommu *iommu;
	struct iommu_group *iommu_group;
	struct device_node *of_node;
	const struct bus_dma_region *dma_range_map;
	u64 bus_dma_limit;
	u64 coherent_dma_mask;
	u64 *dma_mask;
	struct device_dma_parameters *dma_parms;
	struct iommu_domain *shim_domain;
	bool dma_iommu;
	bool shim_noncoherent;
};
struct device_driver;
struct bus_type;
struct kobject;
struct attribute_group;
struct fwnode_handle {
	const void *ops;
};
struct of_phandle_args;
struct property;

/* iommufd's copies from and to user space: there is none. */
int shim_no_user_space(void);
#define copy_from_user(...) ((unsigned long)shim_no_user_space())
#define copy_struct_from_user(...) shim_no_user_space()
#define copy_struct_to_user(...) shim_no_user_space()
#define dev_get_drvdata(dev) ((void)(dev), (void *)NULL)

#define dev_name(dev) ((void)(dev), "device")
#define dev_WARN_ONCE(dev, condition, ...) WARN_ON(condition)
#define dev_notice(dev, ...) ((void)(dev))
#define dev_is_dma_coherent(dev) (!(dev)->shim_noncoherent)
#define dev_dma_iommu(dev) ((dev)->dma_iommu)
#define dev_is_pci(dev) ((void)(dev), false)
#define is_of_node(node) ((void)(node), false)

#endif
