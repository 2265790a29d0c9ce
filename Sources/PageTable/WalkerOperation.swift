// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// One operation of a page table, whatever its format and build.
protocol WalkerOperation {
  /// What the operation writes to besides the domain.
  associatedtype Target = Void
  associatedtype Result

  func run(
    _ table: Walker<some PageTableFormat, some BuildMode>, _ target: inout Target
  ) -> Result
}

extension PageTableDomain {
  /// Runs an operation on the walker for this domain's format and build.
  @inline(__always)
  func run<Operation: WalkerOperation>(
    _ operation: Operation, _ target: inout Operation.Target
  ) -> Operation.Result {
    let visitor = OnWalker(operation: operation, state: state, checks: checks)
    // A domain was opened with a format of the table.
    return FormatTable.visit(format, visitor, &target).unsafelyUnwrapped
  }

  @inline(__always)
  func run<Operation: WalkerOperation>(
    _ operation: Operation
  ) -> Operation.Result where Operation.Target == Void {
    var nothing: Void = ()
    return run(operation, &nothing)
  }
}

/// Makes the walker that an operation runs on.
struct OnWalker<Operation: WalkerOperation>: FormatVisitor {
  let operation: Operation
  let state: UnsafeMutablePointer<DomainState>
  /// Whether the build is the one that checks.
  let checks: Bool

  @inline(__always)
  func visit<Format: PageTableFormat>(
    _ format: Format.Type, _ target: inout Operation.Target
  ) -> Operation.Result {
    checks
      ? operation.run(Walker<Format, DebugBuild>(state), &target)
      : operation.run(Walker<Format, ProductionBuild>(state), &target)
  }
}
