// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What is asked of a subject next.
public enum Request: Equatable, Sendable {
  /// The `domain` line and perhaps a `dma` line: opens a domain with everything reset.
  case open(DomainConfiguration, DMAConfiguration?)
  case operation(Operation)

  /// How the request's `= ret` is written.
  public var resultForm: ResultForm {
    switch self {
    case .open: .errno
    case .operation(let operation): operation.resultForm
    }
  }

  /// The request's first word: `domain`, or the operation's.
  public var word: String {
    switch self {
    case .open: "domain"
    case .operation: String(text.prefix { $0 != " " })
    }
  }

  /// The statement as canonical text, without the line end.
  public var text: String {
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
