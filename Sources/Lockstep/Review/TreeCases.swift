// SPDX-License-Identifier: GPL-2.0-only

/// One of a kernel tree's own KUnit cases for its page tables, with one of its parameters.
public struct TreeCase: Hashable, Sendable, CustomStringConvertible {
  /// The format that it is for, as the tree calls it.
  public var format: String
  /// The suite that it stands in.
  public var suite: String
  /// The case's function.
  public var name: String
  /// Empty without one.
  public var parameter: String

  public var description: String {
    "\(suite) \(name)" + (parameter.isEmpty ? "" : " \(parameter)")
  }
}

/// How a case ended.
public enum TreeCaseOutcome: Equatable, Sendable {
  case passed
  /// Something that it claims does not hold, or the kernel's code warned, crashed or did not end.
  case failed(String)
  /// It says itself that it has nothing to try.
  case skipped(String)
}

/// How a kernel tree's own cases ended.
public struct TreeCases: Sendable {
  /// In the order in which the tree has them.
  public private(set) var outcomes: [(of: TreeCase, outcome: TreeCaseOutcome)] = []
  /// Formats whose cases do not compile, with what the compiler says.
  public private(set) var unbuilt: [(format: String, reason: String)] = []

  /// Reads the lines of the shim's program; others are left out.
  init(lines: [String]) {
    for line in lines {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(\.printable)
      guard parts.count == 6 else { continue }
      let which = TreeCase(
        format: parts[1], suite: parts[2], name: parts[3], parameter: parts[4])
      switch parts[0] {
      case "passed": outcomes.append((which, .passed))
      case "failed": outcomes.append((which, .failed(parts[5])))
      case "skipped": outcomes.append((which, .skipped(parts[5])))
      case "unbuilt": unbuilt.append((parts[1], parts[5]))
      default: break
      }
    }
  }

  /// How many there are of each outcome.
  public struct Count: Equatable, Sendable {
    /// Every claim held.
    public var passed = 0
    /// One did not, or the case did not come to its end.
    public var failed = 0
    /// There was nothing to try.
    public var skipped = 0

    /// Cases that claimed something.
    public var ran: Int { passed + failed }
  }

  /// All formats, in their order, with their counts.
  public var formats: [(name: String, count: Count)] {
    var formats: [(name: String, count: Count)] = []
    for (which, outcome) in outcomes {
      let place = formats.firstIndex { $0.name == which.format }
      if place == nil { formats.append((which.format, Count())) }
      let last = place ?? formats.count - 1
      switch outcome {
      case .passed: formats[last].count.passed += 1
      case .failed: formats[last].count.failed += 1
      case .skipped: formats[last].count.skipped += 1
      }
    }
    return formats
  }
}

/// What came of running a version's own cases.
public enum TreeCaseRun: Sendable {
  case ran(TreeCases)
  /// There are none, or they do not build: why.
  case notRun(String)

  /// The cases, when they were run.
  public var cases: TreeCases? {
    guard case .ran(let cases) = self else { return nil }
    return cases
  }
}

/// A kernel tree's own cases, built and run beside whatever this process does.
public struct RunningTreeCases {
  private let command: RunningCommand

  /// Starts them, with a low priority unless somebody waits for nothing else. `files`: C files with
  /// other cases, which are run instead of the tree's own.
  public init(
    of kernel: KernelSubject, files: [String] = [], inBackground: Bool
  ) throws(SubjectError) {
    let words = [try kernel.script(), kernel.tree, "cases"] + files
    do throws(ProcessError) {
      command = try RunningCommand(inBackground ? ["nice", "-n", "10"] + words : words)
    } catch {
      throw SubjectError(description: "kernel:\(kernel.tree): \(error)")
    }
  }

  /// Waits for their end, once; throws when there is no such tree.
  public func result() throws(SubjectError) -> TreeCaseRun {
    let (status, lines) = command.finish { _ in false }
    if status == 0 { return .ran(TreeCases(lines: lines)) }
    let reason =
      lines.isEmpty
      ? "ended with status \(status)" : lines.map(\.printable).joined(separator: "; ")
    guard status == 2 else { return .notRun(reason) }
    throw SubjectError(description: reason)
  }
}
