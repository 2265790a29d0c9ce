// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Counts the instructions of rows by running this program again under valgrind's callgrind.
public struct Callgrind: Sendable {
  private let valgrind: String
  private let program: String
  private let place: TemporaryFolder
  /// For what is needed as long as this is not closed.
  public var folder: String { place.path }

  /// What is said where it is not installed.
  public static let missing = "valgrind is not installed: apt-get install valgrind"

  /// nil when valgrind is not installed. Works on a copy without debug information: valgrind does
  /// not read DWARF 5 of this toolchain.
  public static func find() -> Callgrind? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let candidates = path.split(separator: ":").map { String($0) + "/valgrind" }
    guard let found = candidates.first(where: { access($0, X_OK) == 0 }) else { return nil }
    guard let place = TemporaryFolder("count") else { return nil }
    let callgrind = Callgrind(
      valgrind: found, program: place.path + "/program", place: place)
    guard strip("/proc/\(getpid())/exe", to: callgrind.program) else {
      callgrind.close()
      return nil
    }
    return callgrind
  }

  private static func strip(_ file: String, to copy: String) -> Bool {
    (try? ShellCommand(["strip", "-g", "-o", copy, file]) { _ in true })?.status == 0
  }

  /// A copy of a plug-in that valgrind can read, for as long as this is not closed; nil when there
  /// can be none.
  public func readable(plugin: String) -> String? {
    let copy = "\(folder)/" + plugin.replacing("/", with: "_")
    return access(copy, R_OK) == 0 || Self.strip(plugin, to: copy) ? copy : nil
  }

  /// Removes the copies.
  public func close() { place.remove() }

  /// Instructions of one repetition, where `arguments` make this program do as many as it is
  /// given; nil when it could not be counted.
  public func instructions(few: Int, many: Int, _ arguments: (Int) -> [String]) -> Double? {
    guard let one = total(arguments(few)), let other = total(arguments(many)) else { return nil }
    return Double(other - one) / Double(many - few)
  }

  private func total(_ arguments: [String]) -> Int? {
    let counted = run(["--callgrind-out-file=/dev/null"], arguments)
    guard let counted, counted.status == 0 else { return nil }
    let line = counted.lines.last { $0.contains("Collected :") }
    return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
  }

  /// Instructions of one call of each phase of each row, by the row's name: `arguments` make this
  /// program call ``MeasuredRow/runForCounting(_:_:batches:)`` on `rows`. nil when it could not be
  /// counted.
  public func instructions(
    of rows: [MeasuredRow], batches: Int, _ arguments: [String]
  ) -> [String: PhaseFigures]? {
    let output = "\(folder)/rows"
    let options = [
      "--callgrind-out-file=\(output)", "--dump-before=\(RowPhase.endOfRow)",
      "--compress-strings=no", "--compress-pos=no",
    ]
    guard let counted = run(options, arguments), counted.status == 0 else { return nil }
    var result: [String: PhaseFigures] = [:]
    for (index, row) in rows.enumerated() {
      // The end of the first row is the first dump.
      guard let text = Self.read("\(output).\(index + 1)") else { return nil }
      let found = CallgrindOutput(text).inclusive(RowPhase.allCases.map(\.symbol))
      for phase in RowPhase.allCases {
        guard let count = found[phase.symbol] else { continue }
        result[row.name, default: [:]][phase] =
          Double(count) / Double(batches * row.calls(phase))
      }
    }
    return result
  }

  /// Instructions of all unmaps of each of a file's scenarios; nil when they could not be counted. Several
  /// files may be counted at the same time. `arguments` make this program run them with a subject.
  public func unmapInstructions(
    file: String, scenarios: Int, _ arguments: [String]
  ) -> [Int]? {
    let output = "\(file).callgrind"
    let options = [
      "--callgrind-out-file=\(output)", "--dump-before=\(RowPhase.endOfRow)",
      "--compress-strings=no", "--compress-pos=no",
    ]
    guard let counted = run(options, arguments), counted.status == 0 else { return nil }
    var counts: [Int] = []
    for index in 1...max(scenarios, 1) {
      guard let text = Self.read("\(output).\(index)") else { return nil }
      counts.append(CallgrindOutput(text).inclusive([RowPhase.oneUnmap])[RowPhase.oneUnmap] ?? 0)
    }
    return counts
  }

  private func run(_ options: [String], _ arguments: [String]) -> ShellCommand? {
    try? ShellCommand([valgrind, "--tool=callgrind"] + options + [program] + arguments) { _ in
      false
    }
  }

  private static func read(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
