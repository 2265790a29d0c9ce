// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import ScenarioLanguage

/// What is fuzzed.
public enum FuzzTargetKind: String, CaseIterable, Sendable {
  /// Two implementations against each other.
  case subjects
  /// The scenario reader.
  case text
  /// The gzip reader below it.
  case gzip
  /// The decoder of fuzz inputs, and the way back.
  case decoder
  /// The readers of traces from live systems, and what is made of them.
  case trace
  /// The reader of dumped page tables.
  case dump
  /// Nothing: what libFuzzer itself costs.
  case empty

  /// Whether its inputs are rows of operations.
  var takesOperations: Bool { self == .subjects || self == .decoder }

  /// Whether what it runs is a reader, none of whose branches this build counts.
  public var isBlind: Bool {
    #if COUNTS_READERS
      false
    #else
      self != .subjects && self != .empty
    #endif
  }

  public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// The fuzzer's settings. They travel in the environment, so that the processes which libFuzzer
/// starts have them too.
public struct FuzzSettings: Sendable {
  public var left = "swift"
  public var right = "reference"
  /// One subject to be judged alone; nil: the two sides.
  public var subject: String?
  /// Who judges, a list; nil: comparison, or contract, leak and hardware for one subject.
  public var oracle: String?
  /// The drivers that `hardware` puts behind every page table, each by itself; none: each format's own.
  public var drivers: [String] = []
  /// A buffer that waits for a flush is a finding of `hardware`.
  public var isStrict = false
  /// Properties, lists; nil: all.
  public var only: String?
  public var except: String?
  /// What follows the word `domain`, and `dma`, when every input is to have that line.
  public var domain: String?
  public var dma: String?
  /// Where failures are saved; nil: nowhere.
  public var artifacts: String?
  public var target = FuzzTargetKind.subjects.rawValue
  public var mutatesBytesOnly = false
  /// How long a divergence may be shrunk before it is reported; 0: not at all.
  public var shrinkSeconds = 5
  /// An input of each kind of finding is saved, and the run goes on.
  public var keepsGoing = false
  /// How long a call into a subject may take in a job, in seconds.
  public var limit = Fatality.usualLimit

  private static let prefix = "IOPT_FUZZ_"

  /// What the environment says, with defaults for the rest.
  public init() {
    left = Self.value("LEFT") ?? left
    right = Self.value("RIGHT") ?? right
    subject = Self.value("SUBJECT")
    oracle = Self.value("ORACLE")
    only = Self.value("ONLY")
    drivers = Self.value("DRIVER").map(Self.words) ?? []
    isStrict = Self.value("STRICT") == "1"
    except = Self.value("EXCEPT")
    domain = Self.value("DOMAIN")
    dma = Self.value("DMA")
    artifacts = Self.value("ARTIFACTS")
    target = Self.value("TARGET") ?? target
    mutatesBytesOnly = Self.value("BYTES_ONLY") == "1"
    keepsGoing = Self.value("KEEP_GOING") == "1"
    shrinkSeconds = Self.value("SHRINK_SECONDS").flatMap { Int($0) } ?? shrinkSeconds
  }

  /// Chooses the target by the program's own name, as services run them: `iopt_fuzz_text`,
  /// `iopt_fuzz_text_debug` and so on. Does nothing when ``export()`` was called before.
  static func chooseTarget(program: String) {
    guard !isChild else { return }
    let words = (program.split(separator: "/").last ?? "").split(separator: "_")
    let kind = words.lazy.compactMap { FuzzTargetKind(rawValue: String($0)) }.first
    if let kind { set("TARGET", kind.rawValue) }
  }

  /// A scenario of the lines that every input is to have; nil when they may have any.
  public func head() throws(ScenarioError) -> Scenario? {
    guard let domain else { return nil }
    let isVersion2 = domain.split(separator: " ").contains { $0.hasPrefix("kernel=") }
    let lines =
      [isVersion2 ? "iopt 2" : "iopt 1", "domain \(domain)"] + (dma.map { ["dma \($0)"] } ?? [])
    let text = lines.joined(separator: "\n") + "\n"
    return try readScenarios(bytes: Array(text.utf8), name: "--domain, --dma").first?.scenario
  }

  /// Who judges.
  public func choice() throws(OracleError) -> OracleChoice {
    var choice = try OracleChoice(list: oracle ?? OracleChoice.usual(alone: subject != nil))
    if subject != nil, choice.needsTwoSubjects { throw OracleChoice.needsAnother }
    try choice.take(only: only, except: except, drivers: drivers, isStrict: isStrict)
    return choice
  }

  /// The subjects that run, none of them loaded. Each that is judged by itself, too, has the merged
  /// revision of `gather_range_pages` where nobody says otherwise: inputs name the older ones too, and
  /// what those break would be found first.
  public func requests() throws(SubjectError) -> [LaneRequest] {
    Self.countEdgesOfKernelTrees()
    var requests: [LaneRequest] = []
    for side in subject.map({ [$0] }) ?? [left, right] {
      let isLeftOpen = judgesEachSide && domain == nil && !side.contains(",gather=")
      requests.append(try LaneRequest(isLeftOpen ? "\(side),gather=merged" : side))
    }
    return requests
  }

  /// Whether a side is judged by more than comparison with the other one.
  private var judgesEachSide: Bool {
    let names = oracle ?? OracleChoice.usual(alone: subject != nil)
    return names != OracleName.comparison.rawValue
  }

  /// Kernel trees are built with counters of the kind that libFuzzer reads, unless flags of that kind
  /// are set already: in this process or in the one that started it.
  private static func countEdgesOfKernelTrees() {
    let flags = getenv("LOCKSTEP_CFLAGS").map { String(cString: $0) } ?? ""
    guard !flags.contains("-fsanitize-coverage") else { return }
    let counters = "-fsanitize-coverage=edge,inline-8bit-counters,pc-table"
    setenv("LOCKSTEP_CFLAGS", flags.isEmpty ? counters : "\(flags) \(counters)", 1)
  }

  /// The same, loaded; they tell their calls at `progress`.
  func lanes(telling progress: UnsafeMutablePointer<RunProgress>?) throws(SubjectError) -> [Lane] {
    var lanes: [Lane] = []
    for (number, request) in try requests().enumerated() {
      progress?.pointee.enter(.load, lane: Int32(number))
      let choice = try request.load()
      progress?.pointee.leave()
      lanes.append(choice.lane(telling: progress, number: number))
    }
    return lanes
  }

  /// What the plug-ins in use are called, by the path of what is loaded.
  public var names: [String: String] {
    let plugins = ((try? requests()) ?? []).compactMap { request in
      request.loaded.map { ($0.file, request.subject) }
    }
    return Dictionary(plugins, uniquingKeysWith: { first, _ in first })
  }

  /// What judges as the target does, and thoroughly.
  public func plan() throws -> EnginePlan {
    EnginePlan(try requests(), make: try choice().engine)
  }

  /// Whether this process was started by libFuzzer or by ourselves.
  public static var isChild: Bool { value("CHILD") == "1" }

  /// Whether libFuzzer is making an input smaller by itself, and counts on its being kept.
  static let isMinimizing = CommandLine.arguments.contains { $0.hasPrefix("-minimize_crash") }

  /// Puts the settings where this process's children and ``init()`` find them.
  public func export() {
    Self.set("LEFT", left)
    Self.set("RIGHT", right)
    if let subject { Self.set("SUBJECT", subject) }
    if let oracle { Self.set("ORACLE", oracle) }
    if let only { Self.set("ONLY", only) }
    if !drivers.isEmpty { Self.set("DRIVER", drivers.joined(separator: ",")) }
    Self.set("STRICT", isStrict ? "1" : "0")
    if let except { Self.set("EXCEPT", except) }
    if let domain { Self.set("DOMAIN", domain) }
    if let dma { Self.set("DMA", dma) }
    if let artifacts { Self.set("ARTIFACTS", artifacts) }
    Self.set("TARGET", target)
    Self.set("BYTES_ONLY", mutatesBytesOnly ? "1" : "0")
    Self.set("KEEP_GOING", keepsGoing ? "1" : "0")
    Self.set("SHRINK_SECONDS", "\(shrinkSeconds)")
    Self.set("CHILD", "1")
  }

  private static func value(_ name: String) -> String? {
    getenv(prefix + name).map { String(cString: $0) }
  }

  /// No driver's name has a comma.
  private static func words(_ list: String) -> [String] {
    list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  private static func set(_ name: String, _ value: String) { setenv(prefix + name, value, 1) }
}
