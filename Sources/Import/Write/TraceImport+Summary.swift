// SPDX-License-Identifier: GPL-2.0-only

extension TraceImport {
  /// What was read, and what was made of what could not be told: a sentence each.
  public var summary: [String] {
    [
      "\(lines.lines) lines, \(lines.events) events"
        + " (skipped: \(lines.otherEvents) of other kinds, \(lines.otherLines) lines that are none)"
    ] + readRemarks + spaceRemarks + guessRemarks
  }

  private var readRemarks: [String] {
    var said: [String] = []
    func say(_ count: Int, _ text: String) { if count > 0 { said.append("\(count) \(text)") } }
    say(lines.malformed, "malformed lines, left out")
    say(lines.continuations, "wrapped lines joined")
    if lines.lostMarks > 0 {
      said.append(
        "\(lines.lostMarks) marks of lost events, \(lines.lost) events lost by their count")
    }
    if lines.overwritten > 0 {
      said.append("\(lines.overwritten) events were overwritten before the trace was read")
    }
    say(lines.truncated, "lists truncated by the kernel")
    say(lines.hashed, "events with a hashed pointer, which tells no physical address")
    say(lines.debugParts, "debug lines that tell a part of what another told, left out")
    return said
  }

  private var spaceRemarks: [String] {
    var said: [String] = []
    func say(_ count: Int, _ text: String, line: Int = 0) {
      if count > 0 {
        said.append("\(count) \(text)" + (line > 0 ? ", the first at line \(line)" : ""))
      }
    }
    say(tally.filtered, "events left out by --comm, --device or --cpu")
    say(
      tally.unseenUnmaps, "unmaps of what was never seen mapped, left out", line: tally.firstUnseen)
    say(
      tally.assumedUnmaps,
      "unmaps added that the trace has not: the same addresses were mapped again later")
    say(
      tally.ambiguousUnmaps,
      "unmaps ambiguous: several address spaces had the same range mapped; dma:* events tell them"
        + " apart, or --device, --comm, --cpu", line: tally.firstAmbiguous)
    say(
      tally.splitSpaces,
      "times an address was mapped that was mapped already: taken for another domain (ambiguous)",
      line: tally.firstAmbiguous)
    say(
      untranslatedDevices, "devices left out: their DMA addresses are physical, no IOMMU in the way"
    )
    return said
  }

  private var guessRemarks: [String] {
    var said: [String] = []
    func say(_ count: Int, _ text: String) { if count > 0 { said.append("\(count) \(text)") } }
    say(tally.failedMaps, "mappings that failed in the kernel, left out")
    say(tally.partialUnmaps, "unmaps of which the kernel unmapped another length than asked")
    say(tally.guessedLists, "lists whose pieces have made-up lengths: only the sum is in the event")
    say(tally.shortenedLists, "lists shorter than what was mapped, as the kernel printed a part")
    say(tally.inventedPhysical, "buffers whose physical address is not in the trace: made up")
    say(tally.resizedUnmaps, "buffers unmapped with another size than they were mapped with")
    say(tally.withoutHandle, "buffers left out: 65536 were mapped at once")
    for space in spaces() {
      guard let cpus = space.dma?.cpus, space.cpus > cpus else { continue }
      said.append("\(space.cpus) CPUs in the trace, \(cpus) on the dma line: CPUs are folded")
    }
    let devices = spaces().filter { $0.dma != nil }.count
    if devices > 1 {
      said.append(
        "\(devices) devices with DMA API calls, each taken for a domain of its own unless a group"
          + " was told")
    }
    return said
  }
}
