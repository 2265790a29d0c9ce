// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// The path of the program that runs.
let ownPath = String(unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer in
  buffer.withMemoryRebound(to: CChar.self) {
    max(0, readlink("/proc/self/exe", $0.baseAddress!, $0.count))
  }
}
