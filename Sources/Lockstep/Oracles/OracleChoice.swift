// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

/// Which oracles judge a run, and how: what `--oracle`, `--only`, `--except` and `--forbid` say.
public struct OracleChoice: Equatable, Sendable {
  /// The oracles; `abi` judges whether it is named or not.
  public var names: Set<OracleName>
  /// Which of their properties count.
  public var filter: PropertyFilter
  /// Departures that are findings; `all`: every one.
  public var forbidden: Set<String>
  /// The drivers that `hardware` puts behind every page table, each by itself; none: the one that a
  /// domain names, or its natural one.
  public var drivers: [DriverChoice] = []
  /// Each of them only where its hardware can have the table: `--driver all`.
  public var whereDriversFit = false
  /// What calls cost behind them is counted.
  public var measures = false
  /// Buffers that a flush queue keeps within reach of their device are findings of `hardware`.
  public var isStrict = false

  /// The oracles that are named.
  public init(
    _ names: Set<OracleName>, filter: PropertyFilter = PropertyFilter(),
    forbidden: Set<String> = []
  ) {
    self.names = names
    self.filter = filter
    self.forbidden = forbidden
  }

  /// Reads a list such as `contract,leak`.
  public init(list: String) throws(OracleError) {
    var names: Set<OracleName> = []
    for word in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let name = OracleName(rawValue: String(word)), Self.selectable.contains(name) else {
        let expected = Self.selectable.map(\.rawValue).joined(separator: ", ")
        throw OracleError(description: "oracle '\(word)': expected \(expected)")
      }
      names.insert(name)
    }
    self.init(names)
  }

  /// Who judges where nobody is named: `alone` is one subject.
  public static func usual(alone: Bool) -> String {
    alone ? "contract,leak,hardware" : "comparison"
  }

  /// What `--subject` with an oracle that compares is told.
  public static let needsAnother = OracleError(
    description: "--subject: one subject alone cannot be judged by comparison")

  /// Reads what `option` says: a list of properties; nil: none.
  private static func properties(
    _ list: String?, _ option: String
  ) throws(OracleError) -> Set<String> {
    guard let list else { return [] }
    let names = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for name in names where !properties.contains(name) {
      throw OracleError(
        description: "\(option) '\(name)': expected \(properties.joined(separator: ", "))")
    }
    return Set(names)
  }

  /// Those that a user may name; `trace` is `iopt replay`'s and `abi` always in force.
  public static let selectable: [OracleName] = [.comparison, .contract, .leak, .hardware]

  /// Takes what a command line says of what these judge by, `only` and `except` as lists. Throws, too,
  /// when no judge has anything left to say.
  public mutating func take(only: String?, except: String?, drivers: [String], isStrict: Bool)
    throws(OracleError)
  {
    filter = PropertyFilter(
      only: try Self.properties(only, "--only"), except: try Self.properties(except, "--except"))
    try take(drivers: drivers)
    self.isStrict = isStrict
    if judgesNothing { throw Self.nothingLeft }
    if let unheard { throw unheard }
  }

  /// Takes what `--driver` says, each time that it stands there; `all`: every driver.
  private mutating func take(drivers names: [String]) throws(OracleError) {
    whereDriversFit = names.contains("all")
    if whereDriversFit { drivers = DriverChoice.all }
    for name in names where name != "all" {
      let driver = try Self.driver(name)
      if !drivers.contains(driver) { drivers.append(driver) }
    }
  }

  private static func driver(_ name: String) throws(OracleError) -> DriverChoice {
    do throws(DriverNameError) {
      return try DriverChoice(parsing: name)
    } catch {
      throw OracleError(description: "--driver '\(name)': expected \(error.expected)")
    }
  }

  /// Every property that `--only` and `--except` take.
  public static let properties =
    ContractOracle.properties + HardwareOracle.properties

  /// The hardware's properties, a line each: its name and what it promises.
  public static var promises: [String] {
    HardwareProperty.allCases.map { "\($0.rawValue): \($0.promise)" }
  }

  /// Every departure that `--forbid` takes.
  public static let departures = Array(
    Set(
      ContractOracle.departureNames + LeakOracle.departureNames + HardwareOracle.departureNames)
  ).sorted()

  /// Whether what judges one subject alone has no property left that counts.
  private var judgesNothing: Bool {
    guard !names.contains(.comparison) else { return false }
    let contract = names.contains(.contract) ? ContractOracle.properties : []
    let leak = names.contains(.leak) ? LeakOracle.properties : []
    let hardware = names.contains(.hardware) ? HardwareOracle.properties : []
    return !(contract + leak + hardware).contains(where: filter.counts)
  }

  /// What a choice that leaves nothing to judge is told.
  private static let nothingLeft = OracleError(
    description: "--oracle, --only and --except leave nothing to judge")

  /// Why what says how `hardware` judges says nothing here; nil where it does, or nothing is said.
  private var unheard: OracleError? {
    if names.contains(.hardware) { return nil }
    let option = !drivers.isEmpty ? "--driver" : isStrict ? "--strict" : nil
    return option.map {
      OracleError(description: "\($0): hardware goes by it, which --oracle leaves out")
    }
  }

  /// Whether a second subject is needed.
  public var needsTwoSubjects: Bool { names.contains(.comparison) }

  /// An engine that judges `lanes` so: what judges one subject, judges each of them.
  public func engine(_ lanes: [Lane]) -> Engine { engine(lanes, beside: []) }

  /// The same with others who look on.
  public func engine(_ lanes: [Lane], beside observers: [any Oracle]) -> Engine {
    var oracles = observers
    var ofFirst: [HardwareOracle] = []
    if names.contains(.comparison) { oracles.append(ComparisonOracle()) }
    for index in lanes.indices {
      if names.contains(.leak), filter.counts("leak") {
        oracles.append(LeakOracle(lane: index, forbidden: forbidden))
      }
      if names.contains(.hardware) {
        let own = hardwareOracles(index, after: ofFirst)
        if index == 0 { ofFirst = own }
        oracles += own
      }
      if names.contains(.contract) {
        oracles.append(ContractOracle(lane: index, filter: filter, forbidden: forbidden))
      }
    }
    return Engine(lanes, oracles)
  }

  /// One behind each driver; `models` are those of the first lane, or none.
  private func hardwareOracles(_ lane: Int, after models: [HardwareOracle]) -> [HardwareOracle] {
    let choices: [DriverChoice?] = drivers.isEmpty ? [nil] : drivers
    return choices.enumerated().map { number, driver in
      HardwareOracle(
        lane: lane, driver: driver, filter: filter, forbidden: forbidden, isStrict: isStrict,
        measures: measures, whereItFits: whereDriversFit,
        after: models.isEmpty ? nil : models[number])
    }
  }
}

/// A choice that there is not. Its description is one line.
public struct OracleError: Error, Equatable, CustomStringConvertible {
  public let description: String

  /// An error of one line.
  public init(description: String) { self.description = description }
}
