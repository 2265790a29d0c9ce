// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

/// The release that a lane puts in force whatever the file says, and single rows of others.
public struct ReleaseChoice: Equatable, Sendable {
  /// nil: what the domain line says.
  public var kernel: Kernel?
  /// Rows of a release of their own.
  public var rows: [KernelRow: Kernel] = [:]

  /// What the domain line says.
  public init() {}

  /// Nothing is chosen.
  public var isEmpty: Bool { kernel == nil && rows.isEmpty }

  /// Reads `kernel=K` or `ROW=K`; false when it is neither, or given again.
  mutating func read(_ part: Substring) -> Bool {
    guard let separator = part.firstIndex(of: "=") else { return false }
    let key = part[..<separator]
    let value = part[part.index(after: separator)...]
    guard let release = Kernel.allCases.first(where: { "\($0.name)" == value }) else {
      return false
    }
    if key == "kernel" {
      defer { kernel = release }
      return kernel == nil
    }
    guard let row = KernelRow.allCases.first(where: { "\($0.name)" == key }) else { return false }
    return rows.updateValue(release, forKey: row) == nil
  }

  /// What ``read(_:)`` takes, for messages.
  static var expected: String {
    let rows = KernelRow.allCases.map { "\($0.name)" }.joined(separator: ", ")
    return "kernel=\(Kernel.names), or one of those after a row: \(rows)"
  }

  /// As a user types it behind the subject.
  var suffix: String {
    let own = kernel.map { ",kernel=\($0.name)" } ?? ""
    return KernelRow.allCases.reduce(into: own) { text, row in
      if let release = rows[row] { text += ",\(row.name)=\(release.name)" }
    }
  }

  /// Puts it in force. Where the release changes, the features that only the newer ones know go or
  /// come with it: riscv_64's production build insists on `detailed_gather`, so that a domain line for
  /// a release without it gets it, as a driver of the newer one asks for it. Returns whether it was
  /// added: nobody who wrote that line is to be told of it.
  @discardableResult func apply(to configuration: inout iopt_config) -> Bool {
    let knewLevels = has(.levels, ReleaseChoice(), configuration)
    for (row, release) in rows {
      configuration.rows |= UInt64(release.rawValue) << UInt64(4 * row.rawValue)
    }
    if let kernel { configuration.kernel = kernel.rawValue }
    var features = Features(rawValue: configuration.features)
    var isAdded = false
    if !has(.levels, self, configuration) {
      features.remove(.detailedGather)
    } else if !knewLevels, configuration.format == Format.riscv64.rawValue,
      configuration.build == Build.production.rawValue
    {
      isAdded = features.insert(.detailedGather).inserted
    }
    if !has(.svpbmt, self, configuration) { features.remove(.riscvSvpbmt) }
    configuration.features = features.rawValue
    return isAdded
  }

  /// Whether a row is as the release that changed it has it.
  private func has(
    _ row: KernelRow, _ choice: ReleaseChoice, _ configuration: borrowing iopt_config
  ) -> Bool {
    if let release = choice.rows[row] { return release >= row.changed }
    guard let release = Kernel(abi: configuration.kernel) else { return false }
    return release >= row.changed
  }
}
