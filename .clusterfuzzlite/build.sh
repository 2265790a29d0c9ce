#!/bin/bash -eu
# SPDX-License-Identifier: GPL-2.0-only
# What the services run in their container; everything is in Fuzz/service-build.

# Swift's symbolizer goes to $OUT; the flags that this sets up are not used.
. precompile_swift

CONFIGURATION=release Fuzz/service-build
[ "$SANITIZER" = coverage ] || CONFIGURATION=debug Fuzz/service-build
