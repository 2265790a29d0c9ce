// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage

/// A run of iopt-fuzz beside a review: it looks for inputs by the coverage of one version's code, for
/// the review to run on both.
public final class GuidedInputs {
  private let command: RunningCommand
  private let folder: TemporaryFolder

  /// iopt-fuzz's statuses.
  private static let (nothingJudged, somethingFound): (Int32, Int32) = (3, 77)

  /// The program that is run: beside this one, or in the `bin` of the source that this one was built
  /// in. nil when there is none.
  public static var program: String? {
    var parts = ownPath.split(separator: "/").dropLast()
    var candidates = [path(parts, "iopt-fuzz")]
    while !parts.isEmpty {
      candidates.append(path(parts, "bin/iopt-fuzz"))
      parts = parts.dropLast()
    }
    return candidates.first { access($0, X_OK) == 0 }
  }

  private static func path(_ parts: ArraySlice<Substring>, _ name: String) -> String {
    "/" + (parts + [Substring(name)]).joined(separator: "/")
  }

  /// Starts `program` on the subject as a user types it, from `known` scenarios. What the contract
  /// forbids ends it early: that is among the inputs then.
  public init(
    _ program: String, of subject: String, seconds: Int, seed: UInt64, from known: [Scenario]
  ) throws {
    guard let place = TemporaryFolder("review") else {
      throw SubjectError(description: "cannot make a folder in \(TemporaryFolder.parent)")
    }
    folder = place
    let folder = place.path
    let seeds = try CorpusFolder("\(folder)/seeds", create: true)
    for (number, scenario) in known.enumerated() {
      try seeds.write(encode(scenario), as: "\(number)")
    }
    command = try RunningCommand([
      program, "--subject", subject, "--oracle", "contract", "--seconds", "\(max(1, seconds))",
      "--corpus", "\(folder)/corpus", "--seeds", seeds.path, "--artifacts", "\(folder)/artifacts",
      "--shrink-seconds", "0", "--", "-seed=\(UInt32(truncatingIfNeeded: seed) | 1)",
    ])
  }

  /// Waits for its end, once. The error says why nothing came of it.
  public func wait() throws -> [[UInt8]] {
    let (status, lines) = command.finish { _ in false }
    guard [0, Self.nothingJudged, Self.somethingFound].contains(status) else {
      throw SubjectError(
        description: "iopt-fuzz ended with status \(status): "
          + (lines.last { !$0.isEmpty } ?? "it said nothing"))
    }
    return inputs(in: "artifacts") { $0.hasSuffix(".bin") } + inputs(in: "corpus") { _ in true }
  }

  private func inputs(in name: String, _ isWanted: (String) -> Bool) -> [[UInt8]] {
    guard let folder = try? CorpusFolder("\(folder.path)/\(name)"),
      let listing = opendir(folder.path)
    else { return [] }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix("."), isWanted(name) { names.append(name) }
    }
    return names.sorted().compactMap { try? folder.read($0) }
  }
}
