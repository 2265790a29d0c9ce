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
    let format = state.pointee.format
    return state.pointee.checks
      ? FormatTable.visit(format, OnWalker<Operation, DebugBuild>(operation, state), &target)
      : FormatTable.visit(format, OnWalker<Operation, ProductionBuild>(operation, state), &target)
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
struct OnWalker<Operation: WalkerOperation, Build: BuildMode>: FormatVisitor {
  let operation: Operation
  let state: UnsafeMutablePointer<DomainState>

  @inline(__always)
  init(_ operation: Operation, _ state: UnsafeMutablePointer<DomainState>) {
    self.operation = operation
    self.state = state
  }

  @inline(__always)
  func visit<Format: PageTableFormat>(
    _ format: Format.Type, _ target: inout Operation.Target
  ) -> Operation.Result {
    operation.run(Walker<Format, Build>(state), &target)
  }

  /// Cannot happen, since a domain is opened with a format of the table: spares every operation a
  /// test.
  @inline(__always)
  func visitNone() -> Operation.Result { Never?.none.unsafelyUnwrapped }
}
