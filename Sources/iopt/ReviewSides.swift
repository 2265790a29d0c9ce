// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep

/// What a review holds against what: two subjects, or two commits of a git repository.
struct ReviewSides: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Two commits of this repository instead of BASE and HEAD: A..B follows. An empty one is HEAD.",
      valueName: "dir"))
  var git: String?

  @Argument(
    help: ArgumentHelp(
      """
      BASE and HEAD, the older and the newer version: each \(subjectForms). With --git: A..B. Then \
      files with scenarios to run instead of those that came with it.
      """, valueName: "base head file"))
  var words: [String] = []

  /// Throws when they are not told. Not a part of parsing: an option that is not known is told first.
  func check() throws {
    if git == nil, words.count < 2 {
      throw ValidationError("expected BASE and HEAD, or --git DIR A..B")
    }
    if git != nil, commits == nil {
      let found = words.first.map { "found '\($0)'" } ?? "found nothing"
      throw ValidationError("--git DIR: expected A..B, the older and the newer commit, \(found)")
    }
  }

  /// The older version, as a subject is named.
  var base: String { commits?.base ?? words[0] }
  /// The newer version.
  var head: String { commits?.head ?? words[1] }
  /// Scenarios to run on both.
  var files: ArraySlice<String> { words.dropFirst(git == nil ? 2 : 1) }

  /// The two commits as subjects; nil without a repository, or when no two are named.
  private var commits: (base: String, head: String)? {
    guard let git, let range = words.first, let dots = range.firstRange(of: "..") else {
      return nil
    }
    let parts = [range[..<dots.lowerBound], range[dots.upperBound...]]
    // A...B is another range of git's.
    guard !parts[1].hasPrefix("."), parts != ["", ""] else { return nil }
    let subjects = parts.map { "\(KernelSubject.prefix)\(git)@\($0.isEmpty ? "HEAD" : $0)" }
    return (subjects[0], subjects[1])
  }
}
