// SPDX-License-Identifier: GPL-2.0-only
import CFuzzer
import FoundationEssentials
import Glibc
import Lockstep
import ScenarioLanguage

/// What a job, a process in which libFuzzer runs, shares with the program that watches it.
public final class JobShare {
  /// That of this process; nil where nobody watches.
  nonisolated(unsafe) private(set) static var own: JobShare?

  private let state = SharedMemory(iopt_fuzz_job())
  private let bytes = SharedMemory<UInt8>(0, count: Int(IOPT_FUZZ_INPUT_SIZE))
  private let text = SharedMemory<UInt8>(0, count: JobShare.textSize)
  private let standing = SharedMemory(RunProgress())
  private let edges = iopt_fuzz_edges_new()
  private static let textSize = 1 << 18

  public init() {}

  deinit { iopt_fuzz_edges_free(edges) }

  // MARK: In the job

  /// This process is the job.
  public func join() {
    Self.own = self
    iopt_fuzz_join(state.pointer, bytes.pointer)
  }

  /// Where lanes and the engine tell how far they are.
  var progress: UnsafeMutablePointer<RunProgress> { standing.pointer }

  /// From now on what inputs reach is kept; all subjects are loaded.
  func keepEdges() { iopt_fuzz_edges_start(edges) }

  /// Tells something, in place of what was told before.
  private func tell(_ message: [UInt8]) {
    let count = min(message.count, Self.textSize)
    for index in 0..<count { text.pointer[index] = message[index] }
    state.pointer.pointee.told = UInt32(count)
  }

  /// Ends the job with a report of what was found in the input at hand.
  func endWithFinding(_ report: String) -> Never {
    printError(report)
    tell(Array(report.utf8))
    iopt_fuzz_leave(IOPT_FUZZ_FOUND, 77)
    _exit(77)
  }

  /// Tells what became of scenarios, in words.
  func tell(_ tally: JobTally) {
    if let bytes = try? JSONEncoder().encode(tally) { tell(Array(bytes)) }
  }

  // MARK: In the program that watches

  /// What it says of itself.
  public var said: iopt_fuzz_job { state.pointer.pointee }

  /// Where it stands.
  public var position: RunProgress { standing.pointer.pointee }

  /// The input at hand, or the last one.
  public var input: [UInt8] {
    Array(
      UnsafeBufferPointer(
        start: bytes.pointer, count: min(Int(said.size), Int(IOPT_FUZZ_INPUT_SIZE))))
  }

  /// What its inputs reached.
  public var reached: ReachedEdges {
    var reached = ReachedEdges()
    guard let edges else { return reached }
    for object in 0..<iopt_fuzz_edges_objects(edges) {
      var path = [CChar](repeating: 0, count: 1024)
      iopt_fuzz_edges_path(edges, object, &path, path.count)
      var count: UInt32 = 0
      let bytes = iopt_fuzz_edges_reached(edges, object, &count)
      let name = path.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
      reached.add(name, UnsafeBufferPointer(start: bytes, count: Int(count)).map { $0 != 0 })
    }
    return reached
  }

  /// Lets it end before its next input.
  public func stop() { state.pointer.pointee.should_stop = 1 }

  private var told: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: text.pointer, count: min(Int(said.told), Self.textSize))
  }

  /// The report of what it found.
  public var report: String { String(decoding: told, as: UTF8.self) }

  /// What became of scenarios; nil when it did not come to tell.
  public var tally: JobTally? { try? JSONDecoder().decode(JobTally.self, from: Data(told)) }
}

/// What became of a job's scenarios, in words.
public struct JobTally: Codable, Sendable {
  /// What the engine went through.
  public var tally = RunTally()
  /// What had to be done to inputs for want of what a subject can do.
  public var narrowed: [Narrowing.Cause: Int] = [:]
  /// Inputs that ask for more table entries than ``entryLimit``, and were left out.
  public var oversized = 0
  /// Whether a subject did an operation in a scenario that none refused.
  public var wasAsked = false

  /// Table entries that one input may ask for: a second's work of two sides, and with all that is
  /// known of each they take well below libFuzzer's 2 GiB.
  static let entryLimit: UInt64 = 1 << 21

  public init() {}

  /// How many inputs were left out because they ask for too much; nil: none.
  public var oversizedLine: String? {
    oversized == 0
      ? nil
      : "\(oversized) \(oversized == 1 ? "input" : "inputs") left out: more than"
        + " \(Self.entryLimit) table entries to fill in one"
  }
}
