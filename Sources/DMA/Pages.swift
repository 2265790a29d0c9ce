// SPDX-License-Identifier: GPL-2.0-only
import PageTable

/// The domain below, as the DMA layer uses it.
struct Pages {
  let domain: UnsafeMutablePointer<PageTableDomain>
}
