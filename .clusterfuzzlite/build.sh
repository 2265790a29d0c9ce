#!/bin/bash -eu
# SPDX-License-Identifier: GPL-2.0-only
# What the services run; everything is in Fuzz/service-build.
exec "$SRC/lockstep/Fuzz/service-build"
