// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// Later writes go unrecorded.
  public static let staleDirty = HardwareProperty(
    "stale-dirty",
    "An entry whose dirty bit was cleared is cached as dirty no more when that has been synced.")
}
