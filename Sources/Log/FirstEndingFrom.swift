// SPDX-License-Identifier: GPL-2.0-only

/// The index of the first of `count` sorted ranges that ends at or after `address`; `last` gives a
/// range's inclusive end.
@inlinable
@inline(__always)
public func firstIndex(
  endingFrom address: UInt64, count: Int, last: (Int) -> UInt64
) -> Int {
  var low = 0
  var high = count
  while low < high {
    let middle = (low + high) / 2
    if last(middle) < address { low = middle + 1 } else { high = middle }
  }
  return low
}
