// SPDX-License-Identifier: GPL-2.0-only

/// The errno values that have a name in scenario text: Linux's numbers and names.
public enum Errno {
  private static let names: [(number: UInt64, name: StaticString)] = [
    (1, "EPERM"), (2, "ENOENT"), (5, "EIO"), (6, "ENXIO"), (7, "E2BIG"), (11, "EAGAIN"),
    (12, "ENOMEM"), (13, "EACCES"), (14, "EFAULT"), (16, "EBUSY"), (17, "EEXIST"),
    (19, "ENODEV"), (22, "EINVAL"), (28, "ENOSPC"), (34, "ERANGE"), (75, "EOVERFLOW"),
    (95, "EOPNOTSUPP"), (98, "EADDRINUSE"), (110, "ETIMEDOUT"),
  ]

  /// The name of an errno, positive, or the number where it has none.
  public static func text(_ errno: Int32) -> String {
    names.first { $0.number == UInt64(errno.magnitude) }.map { "\($0.name)" } ?? "errno \(errno)"
  }

  /// The name of a negative errno in two's complement, or nil.
  static func name(ofResult value: UInt64) -> StaticString? {
    let number = 0 &- value
    return names.first { $0.number == number }?.name
  }

  /// The negative errno, in two's complement, that `word` names, or nil.
  static func result(named word: ByteWord) -> UInt64? {
    names.first { word == $0.name }.map { 0 &- $0.number }
  }
}
