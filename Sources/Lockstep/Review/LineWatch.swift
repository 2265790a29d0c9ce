// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage

/// Watches which of some lines of a kernel tree are run, and by what.
final class LineWatch {
  /// A line and the blocks in which it has code.
  struct Line {
    var file: String
    var number: Int
    var blocks: [Int] = []
  }

  private let tree: WatchedTree
  private let map: BlockMap
  private let judge: any ScenarioJudge
  /// By file, in their order.
  private(set) var lines: [Line]
  /// Numbers of lines that have code and that nothing has run so far.
  private var pending: [Int] = []
  /// What ran a line that nothing before had run, with all lines that it ran.
  private(set) var runs: [(scenario: Scenario, lines: Set<Int>)] = []

  /// Watches lines of `tree`, by file. `judge` makes what runs the plug-in, and has loaded it.
  init(
    _ tree: WatchedTree, _ lines: [String: [Int]], _ judge: () throws -> any ScenarioJudge
  ) throws {
    self.tree = tree
    self.lines = lines.sorted { $0.key < $1.key }
      .flatMap { file, numbers in numbers.map { Line(file: file, number: $0) } }
    map = try BlockMap(of: tree.plugin)
    self.judge = try judge()
    findBlocks()
  }

  /// Runs one scenario, unless there is nothing more to be seen. True when it ran a line that nothing
  /// before has.
  func run(_ scenario: Scenario) throws(IsolationError) -> Bool {
    guard !pending.isEmpty else { return false }
    forgetAll()
    _ = try judge.judge(scenario, file: "")
    guard pending.contains(where: isRun) else { return false }
    runs.append((scenario, Set(lines.indices.filter(isRun))))
    pending.removeAll(where: isRun)
    return true
  }

  /// The smallest scenario that runs the same of these lines as `scenario`.
  func smallest(
    _ scenario: Scenario, running wanted: Set<Int>, seconds: Double
  ) throws(IsolationError) -> Scenario {
    var failure: IsolationError?
    var shrinker = Shrinker()
    let end = ContinuousClock.now + .seconds(seconds)
    shrinker.shouldStop = { failure != nil || ContinuousClock.now >= end }
    let result = shrinker.smallest(scenario) { candidate in
      self.forgetAll()
      do throws(IsolationError) {
        _ = try self.judge.judge(candidate, file: "")
      } catch {
        failure = error
        return false
      }
      return wanted.allSatisfy(self.isRun)
    }
    if let failure { throw failure }
    return result
  }

  private func isRun(_ line: Int) -> Bool { lines[line].blocks.contains(where: map.isEntered) }

  private func forgetAll() {
    for line in lines { for block in line.blocks { map.forget(block) } }
  }

  private func findBlocks() {
    var wanted: [String: [Int: Int]] = [:]
    for (index, line) in lines.enumerated() {
      wanted[line.file, default: [:]][line.number] = index
    }
    let starts = (0..<map.count).map { (address: map.start($0), block: $0) }
      .sorted { $0.address < $1.address }
    guard let object = Self.bytes(of: tree.plugin),
      let table = LineTable(object: object, folder: tree.folder, isWanted: { wanted[$0] != nil })
    else { return }
    for row in table.rows {
      guard let index = wanted[row.file]?[row.line],
        let block = Self.block(at: row.address, in: starts),
        !lines[index].blocks.contains(block)
      else { continue }
      lines[index].blocks.append(block)
    }
    pending = lines.indices.filter { !lines[$0].blocks.isEmpty }
  }

  /// The block that an address is in: the last one that begins at it or before it.
  private static func block(
    at address: UInt64, in starts: [(address: UInt64, block: Int)]
  ) -> Int? {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : starts[low - 1].block
  }

  private static func bytes(of path: String) -> [UInt8]? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    let size = ftell(file)
    rewind(file)
    guard size > 0 else { return nil }
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = fread(buffer.baseAddress!, 1, size, file)
    }
  }
}
