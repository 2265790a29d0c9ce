// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage

/// The file to which a job's libFuzzer prints, and what of it a user is shown.
final class JobLog {
  let path: String
  private let descriptor: Int32
  private var offset: off_t = 0
  /// A line that is not whole yet.
  private var rest: [UInt8] = []
  /// How many counters the program has, as libFuzzer says it when it starts.
  private(set) var counters: String?
  /// What it says of flags that it does not know, until that is taken.
  private var warnings: [String] = []
  /// Counters that were hit, and inputs that are kept.
  private(set) var coverage = 0
  private(set) var inputs = 0

  init(path: String) throws {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0o666)
    guard descriptor >= 0 else {
      throw FuzzError("\(path.printable): cannot create: \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// What this process prints from now on goes there.
  func takeOutput() {
    dup2(descriptor, STDOUT_FILENO)
    dup2(descriptor, STDERR_FILENO)
  }

  /// Takes in what was printed since the last call.
  func read() {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = pread(descriptor, &chunk, chunk.count, offset)
      guard count > 0 else { return }
      offset += off_t(count)
      rest += chunk[..<count]
      var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let last = lines.removeLast()
      for line in lines { take(line) }
      rest = last.count < 1 << 16 ? Array(last) : []
    }
  }

  /// What a user has to be told of, once.
  func takeWarnings() -> [String] {
    defer { warnings = [] }
    return warnings
  }

  private func take(_ line: ArraySlice<UInt8>) {
    if line.starts(with: Array("WARNING: unrecognized flag".utf8)) {
      warnings.append(String(decoding: line, as: UTF8.self).printable)
    }
    // Most lines tell of a new input: "#12 NEW cov: 1 ft: 2 corp: 3/4b …".
    if line.first == UInt8(ascii: "#") {
      let text = String(decoding: line, as: UTF8.self)
      if let number = Self.number(after: " cov: ", in: text) { coverage = number }
      if let number = Self.number(after: " corp: ", in: text) { inputs = number }
    } else if counters == nil, line.starts(with: Array("INFO: Loaded ".utf8)) {
      let text = String(decoding: line, as: UTF8.self)
      guard text.contains("inline 8-bit counters") else { return }
      let words = text.split(separator: "):").first?.split(separator: " ")
      counters = words.map { $0.joined(separator: " ") + ")" }
    }
  }

  private static func number(after word: String, in text: String) -> Int? {
    text.firstRange(of: word).flatMap { Int(text[$0.upperBound...].prefix { $0.isNumber }) }
  }

  /// The last lines, for a job that gave up; without those that tell of new inputs.
  func tail(_ count: Int) -> String {
    let size = lseek(descriptor, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: 4096)
    let kept = max(0, pread(descriptor, &bytes, bytes.count, max(0, size - off_t(bytes.count))))
    return String(decoding: bytes[..<kept], as: UTF8.self)
      .split(separator: "\n").dropFirst(size > off_t(bytes.count) ? 1 : 0).filter {
        !$0.hasPrefix("#") && !$0.hasPrefix("\t")
      }
      .suffix(count).map { String($0).printable }.joined(separator: "\n")
  }
}
