// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc

/// Appends measures to a file, for `iopt-bench summarize`.
struct MeasureLog {
  private let file: UnsafeMutablePointer<FILE>

  init(path: String) throws {
    guard let file = fopen(path, "a") else {
      throw ValidationError("'\(path)': cannot write: \(String(cString: strerror(errno)))")
    }
    self.file = file
  }

  func add(_ name: Measure.Name, _ value: Double) {
    fputs(Measure(name, value).line, file)
    fflush(file)
  }
}
