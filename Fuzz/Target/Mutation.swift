// SPDX-License-Identifier: GPL-2.0-only
import CFuzzer
import Scenario

// libFuzzer's hooks. With them in place it leaves all mutation to us: what it would do itself is
// one of our choices.

private let mutation = Mutation(FuzzSettings())

/// How inputs are changed.
private struct Mutation {
  /// Inputs are rows of operations.
  let knowsOperations: Bool

  init(_ settings: FuzzSettings) {
    let kind = FuzzTargetKind(rawValue: settings.target) ?? .subjects
    knowsOperations = !settings.mutatesBytesOnly && kind.takesOperations
  }

  func mutate(_ buffer: UnsafeMutableBufferPointer<UInt8>, size: Int, seed: UInt32) -> Int {
    guard knowsOperations, seed % 4 != 0 else {
      return LLVMFuzzerMutate(buffer.baseAddress, size, buffer.count)
    }
    return mutateInput(buffer, size: size, seed: UInt64(seed))
  }
}

@_cdecl("LLVMFuzzerCustomMutator")
public func llvmFuzzerCustomMutator(
  _ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ capacity: Int, _ seed: UInt32
) -> Int {
  let buffer = UnsafeMutableBufferPointer(start: data, count: capacity)
  return mutation.mutate(buffer, size: size, seed: seed)
}

/// libFuzzer chooses between this and the mutator evenly, and chooses again after a 0.
@_cdecl("LLVMFuzzerCustomCrossOver")
public func llvmFuzzerCustomCrossOver(
  _ first: UnsafePointer<UInt8>?, _ firstSize: Int,
  _ second: UnsafePointer<UInt8>?, _ secondSize: Int,
  _ output: UnsafeMutablePointer<UInt8>?, _ capacity: Int, _ seed: UInt32
) -> Int {
  guard mutation.knowsOperations, seed % 4 == 0 else { return 0 }
  return crossOverInputs(
    UnsafeBufferPointer(start: first, count: firstSize),
    UnsafeBufferPointer(start: second, count: secondSize),
    into: UnsafeMutableBufferPointer(start: output, count: capacity), seed: UInt64(seed))
}
