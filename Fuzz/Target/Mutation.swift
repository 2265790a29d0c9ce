// SPDX-License-Identifier: GPL-2.0-only
import CFuzzer
import ScenarioLanguage

// libFuzzer's hooks. With them in place it leaves all mutation to us: what it would do itself is
// one of our choices.

private let mutation = Mutation(FuzzSettings())

/// How inputs are changed.
private struct Mutation {
  /// Inputs are rows of operations.
  private let hasOperations: Bool
  /// And are changed as such.
  let knowsOperations: Bool
  /// That of the domain that all are run on, when there is one.
  let form: InputForm?

  init(_ settings: FuzzSettings) {
    let kind = FuzzTargetKind(rawValue: settings.target) ?? .subjects
    hasOperations = kind.takesOperations
    knowsOperations = hasOperations && !settings.mutatesBytesOnly
    // One that cannot be read is told where inputs are run; the decoder alone takes none.
    form = kind == .subjects ? (try? settings.head()).map(InputForm.init) : nil
  }

  func mutate(_ buffer: UnsafeMutableBufferPointer<UInt8>, size: Int, seed: UInt32) -> Int {
    let size =
      knowsOperations && seed % 4 != 0
      ? mutateInput(buffer, size: size, seed: UInt64(seed), as: form)
      : iopt_fuzz_mutate_bytes(buffer.baseAddress, size, buffer.count)
    if hasOperations { bound(buffer, size: size, seed: seed) }
    return size
  }

  /// Keeps the work that an input asks for within bounds.
  func bound(_ buffer: UnsafeMutableBufferPointer<UInt8>, size: Int, seed: UInt32) {
    boundInput(buffer, size: size, as: form)
    thinSeries(buffer, size: size, seed: UInt64(seed), as: form)
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
  let buffer = UnsafeMutableBufferPointer(start: output, count: capacity)
  let size = crossOverInputs(
    UnsafeBufferPointer(start: first, count: firstSize),
    UnsafeBufferPointer(start: second, count: secondSize), into: buffer, seed: UInt64(seed),
    as: mutation.form)
  mutation.bound(buffer, size: size, seed: seed)
  return size
}
