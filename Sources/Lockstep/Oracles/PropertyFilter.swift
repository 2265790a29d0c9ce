// SPDX-License-Identifier: GPL-2.0-only

/// Which properties within oracles count.
public struct PropertyFilter: Equatable, Sendable {
  /// Only these, when any are named.
  public var only: Set<String>
  /// And none of these.
  public var except: Set<String>

  /// A filter; without arguments everything counts.
  public init(only: Set<String> = [], except: Set<String> = []) {
    self.only = only
    self.except = except
  }

  /// Whether a property counts.
  public func counts(_ property: String) -> Bool {
    if only.isEmpty, except.isEmpty { return true }
    return (only.isEmpty || only.contains(property)) && !except.contains(property)
  }
}
