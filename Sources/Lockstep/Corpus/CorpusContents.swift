// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage

/// What was read of a folder. A fuzzer may be at work in it, and not everything in it need be an
/// input: what cannot be read is told, and the rest is read.
public struct CorpusContents: Sendable {
  /// A scenario of a text; of several in one file, `#N` after the name says which.
  public struct Text: Sendable {
    public var name: String
    public var scenario: Scenario
  }

  /// In order of their names.
  public var inputs: [CorpusInput] = []
  public var texts: [Text] = []
  /// Empty files that are named like a fuzzer's inputs: it was stopped before it wrote them.
  public var empties: [String] = []
  /// Files that are bad input, one error each.
  public var faults: [ScenarioError] = []
  /// Files that were there when the folder was listed and were gone when they were to be read.
  public var vanished = 0
  /// Logs and reports that were passed over.
  public var reports = 0

  /// Operations of all texts of a folder together: a small gzip file may hold any number of them.
  fileprivate static let textLimit = wholeFileLimit
  fileprivate var textOperations = 0
}

extension CorpusFolder {
  /// Reads all inputs; `withTexts`: and the scenarios that stand alone.
  public func contents(withTexts: Bool = false) throws(ScenarioError) -> CorpusContents {
    contents(of: try listing(), withTexts: withTexts)
  }

  /// Reads what was listed.
  public func contents(of listing: Listing, withTexts: Bool = false) -> CorpusContents {
    var result = CorpusContents()
    result.reports = listing.reports
    result.faults = listing.unreadable.map { fault($0, "expected a name in UTF-8") }
    for name in listing.inputs { readInput(name, into: &result) }
    if withTexts { for name in listing.texts { readText(name, into: &result) } }
    return result
  }

  private func readInput(_ name: String, into result: inout CorpusContents) {
    do throws(ScenarioError) {
      guard let bytes = try readIfThere(name) else {
        result.vanished += 1
        return
      }
      if bytes.count > CorpusInput.longest {
        throw fault(name, "expected an input of at most \(CorpusInput.longest) bytes")
      }
      if bytes.isEmpty, ContentName.isOfThisForm(name), !CorpusInput(name: name).isIntact {
        result.empties.append(name)
      } else {
        result.inputs.append(CorpusInput(name: name, bytes: bytes))
      }
    } catch {
      result.faults.append(error)
    }
  }

  private func readText(_ name: String, into result: inout CorpusContents) {
    do throws(ScenarioError) {
      let scenarios = try readScenarios(path: "\(path)/\(name)").map(\.scenario)
      let operations = scenarios.reduce(result.textOperations) { $0 + 1 + $1.operations.count }
      if operations > CorpusContents.textLimit {
        let limit = CorpusContents.textLimit
        throw fault(name, "expected at most \(limit) operations in all texts of a folder")
      }
      result.textOperations = operations
      for (index, scenario) in scenarios.enumerated() {
        let title = scenarios.count == 1 ? name : "\(name)#\(index + 1)"
        result.texts.append(CorpusContents.Text(name: title, scenario: scenario))
      }
    } catch {
      if contains(name) { result.faults.append(error) } else { result.vanished += 1 }
    }
  }

  private func fault(_ name: String, _ message: String) -> ScenarioError {
    ScenarioError(file: "\(path)/\(name)", position: .file, message: message)
  }
}
