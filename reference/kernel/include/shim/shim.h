/* SPDX-License-Identifier: GPL-2.0-only */
/* Included before every file of the tree: all that replaces the kernel's own headers. */
#ifndef SHIM_H
#define SHIM_H

#define __KERNEL__ 1
#include <linux/kconfig.h>
#include "types.h"
#include "compiler.h"
/* <stdint.h>'s part of the subject ABI is in types.h. */
#include "context.h"
#include "once.h"
#include "report.h"
#include "bitops.h"
#include <linux/container_of.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/sizes.h>
#include "memory.h"
#include "concurrency.h"
#include "device.h"
#include "dma.h"
#include <tree.h>

#endif
