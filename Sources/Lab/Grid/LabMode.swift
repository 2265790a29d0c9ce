// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// When what is unmapped is invalidated, and what its gather holds: `--mode`.
public struct LabMode: Equatable, Sendable {
  /// What the page table gathers: `IOMMU_GATHER`'s features on the domain line.
  public enum Gathering: String, CaseIterable, Sendable {
    /// `flush_range`.
    case range
    /// `flush_range_no_gaps`.
    case noGaps = "no-gaps"
    /// Neither of the two.
    case neither
  }

  /// As it was typed.
  public let name: String
  /// nil: strict.
  public let queue: QueueKind?
  /// Entries of a ring, and the timer in ms; nil: the kernel's own.
  public let ringSize: UInt32?
  public let timeout: UInt64?
  /// nil: what the driver asks for.
  public let gathering: Gathering?

  /// What `--mode` takes, for a reader.
  public static let forms =
    "strict, fq, fq-single or shadow-on-flush, then for the queues =ENTRIES or =ENTRIES/MS, then"
    + " +range, +no-gaps or +neither"

  /// The five that `--mode all` stands for.
  public static let all = ["strict", "strict+no-gaps", "fq", "fq-single=256/10", "fq-single"]

  /// Reads what ``forms`` says.
  public init(parsing text: String) throws(LabError) {
    let error = LabError("--mode '\(text)': expected \(Self.forms)")
    let parts = text.split(separator: "+", omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2 else { throw error }
    gathering = parts.count == 2 ? Gathering(rawValue: String(parts[1])) : nil
    if parts.count == 2, gathering == nil { throw error }
    let words = first.split(separator: "=", omittingEmptySubsequences: false)
    guard words.count <= 2 else { throw error }
    switch words[0] {
    case "strict": queue = nil
    case "fq": queue = .perCPU
    case "fq-single", "shadow-on-flush": queue = .single
    default: throw error
    }
    name = text
    guard words.count == 2 else {
      (ringSize, timeout) = (nil, nil)
      return
    }
    let numbers = words[1].split(separator: "/", omittingEmptySubsequences: false)
    guard queue != nil, words[0] != "shadow-on-flush" else {
      throw LabError("--mode '\(text)': expected ENTRIES of fq or fq-single only")
    }
    guard numbers.count <= 2,
      let size = UInt32(numbers[0]), (2...65536).contains(size), size & (size - 1) == 0
    else {
      throw LabError("--mode '\(text)': expected a power of two, 2 to 65536, as ENTRIES of a queue")
    }
    ringSize = size
    if numbers.count == 2 {
      guard let milliseconds = UInt64(numbers[1]) else { throw error }
      timeout = milliseconds
    } else {
      timeout = nil
    }
  }

  /// The same with another ring size.
  func with(ringSize: UInt32?, timeout: UInt64?) -> LabMode {
    LabMode(self, ringSize: ringSize ?? self.ringSize, timeout: timeout ?? self.timeout)
  }

  private init(_ other: LabMode, ringSize: UInt32?, timeout: UInt64?) {
    (name, queue, gathering) = (other.name, other.queue, other.gathering)
    (self.ringSize, self.timeout) = (ringSize, timeout)
  }

  /// The `dma` line.
  func layer(cpus: UInt32, limit: UInt64) -> DMAConfiguration {
    DMAConfiguration(
      queue: queue ?? .perCPU, cpus: cpus, ringSize: ringSize, timeout: timeout,
      mode: queue == nil ? .strict : .flushQueue, limit: limit, pci32: true)
  }
}
