// SPDX-License-Identifier: GPL-2.0-only

/// What is unusual of a lane's host: what follows the subject after a comma.
public struct HostManner: OptionSet, Codable, Sendable {
  /// Bits of its own.
  public let rawValue: UInt8
  /// A set of those.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// It offers the scheduler's services, and writes down what it hears; see Listening.swift.
  public static let listens = HostManner(rawValue: 1)
  /// It speaks another version of the ABI than the subject; see ``VersionSkew``.
  public static let skews = HostManner(rawValue: 2)

  private static let words: [(word: String, manner: HostManner)] = [
    ("listen", .listens), ("skew", .skews),
  ]

  init?(named word: Substring) {
    guard let found = Self.words.first(where: { $0.word == word }) else { return nil }
    self = found.manner
  }

  /// The words, as an error tells them.
  static let expected = words.map(\.word).joined(separator: " or ")

  /// The words of those in the set, each after a comma.
  var suffix: String {
    Self.words.filter { contains($0.manner) }.map { ",\($0.word)" }.joined()
  }
}
