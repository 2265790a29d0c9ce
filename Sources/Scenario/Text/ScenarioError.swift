// SPDX-License-Identifier: GPL-2.0-only

/// Input that cannot be read: one line that says where and what was expected.
public struct ScenarioError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where the fault is.
  public enum Position: Equatable, Sendable {
    /// The file as a whole: it cannot be opened or read.
    case file
    /// A place in the text; both count from 1, columns in bytes.
    case text(line: Int, column: Int)
    /// A place in a gzip file: compressed bytes before the fault.
    case compressed(offset: Int)
  }

  /// The path as it was given; `-` for standard input.
  public var file: String
  public var position: Position
  public var message: String

  public init(file: String, position: Position, message: String) {
    self.file = file
    self.position = position
    self.message = message
  }

  public var description: String {
    let name = file == "-" ? "<standard input>" : file.printable
    let message = message.printable
    return switch position {
    case .file: "\(name): error: \(message)"
    case .text(let line, let column): "\(name):\(line):\(column): error: \(message)"
    case .compressed(let offset):
      "\(name): error: gzip: \(message) (at compressed offset \(offset))"
    }
  }
}
