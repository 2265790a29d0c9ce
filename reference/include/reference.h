/* SPDX-License-Identifier: GPL-2.0-only */
/* The C port, as a subject. */
#ifndef LOCKSTEP_REFERENCE_H
#define LOCKSTEP_REFERENCE_H

#include "../abi/iopt_subject.h"

/* The built-in C subject, named "reference". */
const struct iopt_subject *iopt_reference_subject(void);

#endif
