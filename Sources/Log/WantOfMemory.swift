// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Ends the process with status 2 and a line on standard error: `bytes` of address space for `what`
/// cannot be had. Nothing can be run without them.
public func endForWant(of bytes: Int, for what: String) -> Never {
  let reason = String(cString: strerror(errno))
  let line = Array("\(wantOfMemory(bytes, for: what)): \(reason)\n".utf8)
  _ = write(STDERR_FILENO, line, line.count)
  exit(2)
}

/// What is said of that, in front of the reason.
public func wantOfMemory(_ bytes: Int, for what: String) -> String {
  "cannot reserve \(bytes) bytes of address space for \(what)"
    + (isLimited ? " (ulimit -v is in force)" : "")
}

private var isLimited: Bool {
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  return limit.rlim_cur != rlim_t.max
}
