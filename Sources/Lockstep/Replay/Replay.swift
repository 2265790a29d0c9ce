// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI

/// What was compared so far.
public struct ReplayTally: Equatable, Sendable {
  public var scenarios = 0
  /// Statements that were run: `domain` lines and operations.
  public var statements = 0
  /// Recorded `=` lines that were compared, counted once, however many subjects they were compared
  /// with.
  public var observations = 0
  /// Scenarios in which a subject differed, counted for each subject.
  public var mismatches = 0
}

/// Compares the observations of recorded traces with what subjects do. A subject that differs once
/// sits out the rest of that scenario: what follows would only repeat the first difference.
public final class Replay {
  private let players: [Player]
  private var buffer = LoweredScenario()
  public private(set) var tally = ReplayTally()
  /// Called for each subject and scenario that differs.
  public var onMismatch: (Divergence) -> Void = { _ in }
  /// Called now and then with the tally.
  public var onProgress: ((ReplayTally) -> Void)?

  /// One subject's part in the scenario at hand.
  private final class Player {
    enum State {
      case playing
      /// The subject failed or crashed: the scenario ended there, and nothing may follow.
      case over
      /// The subject differed.
      case out
    }

    let observed: ObservedLane
    var state = State.out
    init(_ lane: Lane) { observed = ObservedLane(lane) }
  }

  public init(_ lanes: [Lane]) {
    players = lanes.map(Player.init)
  }

  /// Where the request at hand stands.
  private struct Position {
    var file: String
    var line: Int
    var scenarioLine: Int
    /// The operation's index, nil for the domain.
    var operation: Int?
    var domain: DomainConfiguration
    var scenarioObservations = 0
  }

  /// Replays one file. Throws when it cannot be read, or has a scenario without observations.
  public func run(_ reader: consuming TraceReader) throws(ScenarioError) {
    var requests = RequestReader(reader, keepsObservations: true)
    var position: Position?
    defer { for player in players { player.observed.endScenario() } }
    while let request = try requests.next() {
      switch request {
      case .open(let domain, let dma):
        try finish(position)
        position = Position(
          file: requests.name, line: requests.line, scenarioLine: requests.scenarioLine,
          operation: nil, domain: domain)
        beginScenario(domain, dma)
      case .operation(let operation):
        position!.line = requests.line
        position!.operation = (position!.operation ?? -1) + 1
        buffer.removeAll()
        buffer.append(operation)
      }
      position!.scenarioObservations += requests.observations
      if try compare(request, requests.expected, at: position!) {
        tally.statements += 1
        if tally.statements & 4095 == 0 { onProgress?(tally) }
        tally.observations += requests.observations
      }
    }
    try finish(position)
  }

  private func beginScenario(_ domain: DomainConfiguration, _ dma: DMAConfiguration?) {
    for player in players {
      player.observed.endScenario()
      player.state = .playing
    }
    buffer.lower(Scenario(domain: domain, dma: dma))
    tally.scenarios += 1
  }

  private func finish(_ position: Position?) throws(ScenarioError) {
    guard let position else { return }
    if position.scenarioObservations == 0 {
      throw ScenarioError(
        file: position.file, position: .text(line: position.scenarioLine, column: 1),
        message: "expected a recorded trace, found a scenario without any `=` line"
          + " (iopt record makes a trace of it)")
    }
    for player in players where player.state == .playing {
      guard let pa = player.observed.unexplainedWord() else { continue }
      report(
        player, at: position,
        .unexplained(pa: pa), statement: "(end of the scenario)", expected: [], form: .absent)
    }
  }

  /// Runs the request on every subject that still plays; false when there is none.
  private func compare(
    _ request: Request, _ expected: [UInt64], at position: Position
  ) throws(ScenarioError) -> Bool {
    var isCompared = false
    for player in players {
      switch player.state {
      case .out: continue
      case .over:
        // What follows is neither run nor recorded.
        guard !expected.isEmpty else { continue }
        player.observed.forgetRecords()
        report(
          player, at: position, .observations, statement: request.text, expected: expected,
          form: request.resultForm)
      case .playing:
        try play(request, expected, player, at: position)
      }
      isCompared = true
    }
    return isCompared
  }

  private func play(
    _ request: Request, _ expected: [UInt64], _ player: Player, at position: Position
  ) throws(ScenarioError) {
    let status: SubjectStatus
    if case .open = request {
      status = player.observed.open(buffer.configuration)
    } else {
      status = player.observed.run(buffer.operations)
    }
    if status == .refused {
      throw ScenarioError(
        file: position.file, position: .text(line: position.line, column: 1),
        message: "subject \(player.observed.lane.subject.name) refuses:"
          + " \(player.observed.lane.refusal)")
    }
    let misuse = player.observed.misuse
    if misuse != nil || !expected.withUnsafeBufferPointer({ player.observed.records.holds($0) }) {
      report(
        player, at: position, misuse.map(Divergence.Cause.misuse) ?? .observations,
        statement: request.text, expected: expected, form: request.resultForm)
    } else if status != .done {
      player.state = .over
    }
  }

  private func report(
    _ player: Player, at position: Position, _ cause: Divergence.Cause, statement: String,
    expected: [UInt64], form: ResultForm
  ) {
    player.state = .out
    tally.mismatches += 1
    let decoder = PTEDecoder(position.domain)
    let right = Divergence.Side(player.observed, form: form, decoder: decoder)
    var left = Divergence.Side(name: "recorded", words: expected, form: form)
    left.annotate(like: player.observed, decoder: decoder)
    var divergence = Divergence(
      cause: cause, file: position.file, line: position.line,
      scenarioLine: position.scenarioLine, operation: position.operation,
      statement: statement, left: left, right: right,
      reproduce: Command.replay(position.file, player.observed.lane))
    divergence.askForUntoldStores(nil, player.observed)
    onMismatch(divergence)
  }
}

extension Request {
  /// The statement as canonical text, without the line end.
  var text: String {
    var buffer = TextBuffer(capacity: 128)
    switch self {
    case .open(let domain, let dma):
      buffer.append(domain)
      if let dma { buffer.append(dma) }
    case .operation(let operation):
      buffer.append(operation)
    }
    var text = buffer.string
    while text.last == "\n" { text.removeLast() }
    return text
  }
}
