// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// The path of the program that runs.
let ownPath = String(unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer in
  buffer.withMemoryRebound(to: CChar.self) {
    max(0, readlink("/proc/self/exe", $0.baseAddress!, $0.count))
  }
}

/// What came with the program that runs: the first of `places` that is right, below the folder that it
/// is installed in, or below the source tree that it was built in; nil where there is none.
public func shipped(_ places: [String], where isRight: (String) -> Bool) -> String? {
  let parts = ownPath.split(separator: "/")
  for count in parts.indices.reversed() {
    let folder = "/" + parts[..<count].joined(separator: "/")
    for place in places where isRight("\(folder)/\(place)") { return "\(folder)/\(place)" }
  }
  return nil
}
