// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Writes to standard error at once, past stdio's buffers.
public func printError(_ text: String) {
  var text = text
  text.withUTF8 { bytes in
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeBufferPointer(rebasing: rest)
      let count = write(STDERR_FILENO, part.baseAddress, part.count)
      if count < 0 && errno != EINTR { return }
      rest = rest.dropFirst(max(count, 0))
    }
  }
}
