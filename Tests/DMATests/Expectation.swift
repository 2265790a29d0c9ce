// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// `#expect(value == wanted)` for values that come out of a type that cannot be copied, which the
/// macro would have to do.
func expect<Value: Equatable>(
  _ value: Value, is wanted: Value, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(value == wanted, sourceLocation: sourceLocation)
}
