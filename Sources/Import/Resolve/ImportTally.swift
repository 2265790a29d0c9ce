// SPDX-License-Identifier: GPL-2.0-only

/// What could not be told from a trace, and what was made of it.
public struct ImportTally: Equatable, Sendable {
  /// Unmaps of what was never seen mapped: left out.
  public var unseenUnmaps = 0
  /// Unmaps that were added, because the same addresses were mapped again after events were lost.
  public var assumedUnmaps = 0
  /// Unmaps that two address spaces could have been meant by.
  public var ambiguousUnmaps = 0
  /// Address spaces that were split off because addresses were mapped that were mapped already.
  public var splitSpaces = 0
  /// Mappings that the kernel says failed.
  public var failedMaps = 0
  /// Lists whose pieces' lengths the trace does not tell: made equal.
  public var guessedLists = 0
  /// Lists of which only a part is there.
  public var shortenedLists = 0
  /// Buffers whose physical address the trace does not tell: made up.
  public var inventedPhysical = 0
  /// Buffers unmapped with another size than they were mapped with.
  public var resizedUnmaps = 0
  /// Buffers for which no handle was left: left out.
  public var withoutHandle = 0
  /// Events that a filter of the user's left out.
  public var filtered = 0
  /// Address spaces left out because the device's addresses are physical ones.
  public var untranslated = 0
  /// Mappings of which the unmap event says that less was unmapped than asked.
  public var partialUnmaps = 0
  /// The line of the first of each that is worth a look, by what it is.
  public var firstAmbiguous = 0
  public var firstUnseen = 0
  /// Faults in the trace.
  public var faults = 0

  public init() {}
}
