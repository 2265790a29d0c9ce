/* SPDX-License-Identifier: GPL-2.0-only */
/* Declared again: what a test case says of user memory that it asks for. */
#ifndef SHIM_MMAN_H
#define SHIM_MMAN_H

#define PROT_READ 0x1
#define PROT_WRITE 0x2
#define MAP_PRIVATE 0x02
#define MAP_ANONYMOUS 0x20

#endif
