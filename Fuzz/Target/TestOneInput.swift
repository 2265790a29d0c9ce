// SPDX-License-Identifier: GPL-2.0-only
import CFuzzer
import Glibc

/// Set once by the first input, on the one thread that libFuzzer has.
nonisolated(unsafe) private var oracle: (any InputOracle)?

/// What an input is put through. A class, so that the call costs no existential copy.
protocol InputOracle: AnyObject {
  /// Returns normally when all is well; reports and ends the process when not.
  func test(_ input: UnsafeBufferPointer<UInt8>)
}

/// Does nothing.
private final class EmptyOracle: InputOracle {
  func test(_ input: UnsafeBufferPointer<UInt8>) {}
}

/// libFuzzer's callback. Always returns 0.
public let testOneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt = { data, size in
  if oracle == nil {
    oracle = makeOracle()
    JobShare.own?.keepEdges()
    iopt_fuzz_watch_exit()
  }
  if iopt_fuzz_begin_input(data, size) == 0 { endAsTold() }
  oracle!.test(UnsafeBufferPointer(start: data, count: size))
  iopt_fuzz_edges_collect()
  iopt_fuzz_end_input()
  return 0
}

/// The symbol that libFuzzer's own main, and other engines, look for.
@_cdecl("LLVMFuzzerTestOneInput")
public func llvmFuzzerTestOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  testOneInput(data, size)
}

/// Called once by libFuzzer's own main before anything else.
@_cdecl("LLVMFuzzerInitialize")
public func llvmFuzzerInitialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  iopt_fuzz_reset_signals()
  if count.pointee > 0, let program = arguments.pointee[0] {
    FuzzSettings.chooseTarget(program: String(cString: program))
  }
  return 0
}

private func makeOracle() -> any InputOracle {
  let settings = FuzzSettings()
  do {
    switch FuzzTargetKind(rawValue: settings.target) ?? .subjects {
    case .subjects: return try SubjectOracle(settings)
    case .text: return TextOracle()
    case .gzip: return GzipOracle()
    case .decoder: return DecoderOracle()
    case .trace: return TraceTextOracle()
    case .dump: return DumpOracle()
    case .empty: return EmptyOracle()
    }
  } catch {
    printError("iopt-fuzz: \(error)\n")
    exit(2)
  }
}

/// Says why on standard error and ends the process with libFuzzer's status for a crash; no input
/// is saved.
func endWithFailure(_ message: String) -> Never {
  printError(message)
  iopt_fuzz_count_print()
  _exit(77)
}

/// Says why on standard error and ends the process as a crash, which makes libFuzzer save the
/// input; a job ends quietly, for who watches it does that.
func fail(_ message: String) -> Never {
  if let job = JobShare.own { job.endWithFinding(message) }
  printError(message)
  abort()
}
