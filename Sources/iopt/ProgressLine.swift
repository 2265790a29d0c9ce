// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// One line on the terminal that is written over again and again; silent in a pipe.
struct ProgressLine {
  let isShown = isatty(STDERR_FILENO) == 1

  func show(_ text: String) {
    if isShown { writeError("\r\u{1b}[K\(text)") }
  }

  /// Clears the line, so that what follows starts at the margin.
  func clear() {
    if isShown { writeError("\r\u{1b}[K") }
  }
}
