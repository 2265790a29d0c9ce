// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Report

extension Ink {
  /// Colour on a terminal that has it, unless NO_COLOR is set to anything (https://no-color.org).
  static let standardOutput = Ink(
    isOn: isatty(STDOUT_FILENO) == 1 && value("NO_COLOR").isEmpty && value("TERM") != "dumb")

  private static func value(_ name: String) -> String {
    getenv(name).map { String(cString: $0) } ?? ""
  }
}
