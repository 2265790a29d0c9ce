/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_VERSION_H
#define LOCKSTEP_VERSION_H

/*
 * What every program prints for --version, behind its name: the version, the commit it was built
 * from, and the kernels whose behaviour it has. `make` passes the commit in LOCKSTEP_COMMIT, which
 * the manifests hand on; a build without it says `unknown`.
 */
const char *lockstep_version(void);

#endif
