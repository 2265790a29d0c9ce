// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The page-table formats that there are. A format is a file that conforms to `PageTableFormat`,
/// and a line here; both builds and all operations follow.
enum FormatTable {
  /// Shows the visitor the format of this number, if there is one.
  @inline(__always)
  static func visit<Visitor: FormatVisitor>(
    _ number: iopt_format, _ visitor: Visitor, _ target: inout Visitor.Target
  ) -> Visitor.Result {
    switch number {
    case RISCV64.number: visitor.visit(RISCV64.self, &target)
    case AMDv1.number: visitor.visit(AMDv1.self, &target)
    case VTDSecondStage.number: visitor.visit(VTDSecondStage.self, &target)
    case X8664.number: visitor.visit(X8664.self, &target)
    default: visitor.visitNone()
    }
  }
}

/// What is done with a format once it is known which one it is.
protocol FormatVisitor {
  /// What the visitor writes to.
  associatedtype Target
  associatedtype Result

  func visit<Format: PageTableFormat>(
    _ format: Format.Type, _ target: inout Target
  ) -> Result

  /// There is no format of that number.
  func visitNone() -> Result
}

/// What the formats of the table are, together.
public struct FormatSummary: Sendable {
  /// Bit by `enum iopt_format`.
  public private(set) var formats: UInt32 = 0
  /// Bits of `enum iopt_feature` that some format has a meaning for.
  public private(set) var features: UInt32 = 0

  init() {
    for number in 0..<UInt32(formats.bitWidth) {
      FormatTable.visit(iopt_format(rawValue: number), Summarize(), &self)
    }
  }

  private struct Summarize: FormatVisitor {
    func visit<Format: PageTableFormat>(_ format: Format.Type, _ target: inout FormatSummary) {
      target.formats |= 1 << Format.number.rawValue
      target.features |= Format.features.union(Format.debugFeatures).rawValue
    }

    func visitNone() {}
  }
}

extension PageTableDomain {
  /// What domains there can be.
  public static let summary = FormatSummary()
}
