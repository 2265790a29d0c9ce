// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// A leaf has a size that the hardware may not know.
  public static let pageSizeBitmap = HardwareProperty(
    "page-size-bitmap", "No leaf has a size that the domain's page sizes forbid.")
}

extension HardwareJudge {
  /// The sizes of what was written in the operation.
  func checkSizes() {
    let forbidden = cache.sizesWritten & ~state.pageSizes
    guard forbidden != 0 else { return }
    let isSmallPage = forbidden == 0x1000 && state.maps && state.release < .linux7_2
    found(
      .pageSizeBitmap, "forbidden size",
      "a leaf of 2^\(forbidden.trailingZeroBitCount) bytes was written, which the domain's page"
        + " sizes forbid", known: isSmallPage ? .smallPageForbidden : nil)
  }
}
