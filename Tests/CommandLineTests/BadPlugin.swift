// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// A plug-in that is the C port, but for what it does at one point.
struct BadPlugin: Sendable, CustomTestStringConvertible {
  /// Where its fault is: a macro of the source below.
  enum Hook: String { case load, entry, subject, open, run, close, teardown, refusal }

  var name: String
  var hook: Hook
  /// C, run at the hook.
  var code: String
  /// C in front of the hooks.
  var before: String

  var testDescription: String { name }

  init(_ name: String, _ hook: Hook, _ code: String, before: String = "") {
    self.name = name
    self.hook = hook
    self.code = code
    self.before = before
  }

  /// What the hooks stand in. `HANG` is a loop without an end, `CRASH` a write to where nothing is.
  private static let source = """
    #define _GNU_SOURCE
    #include <signal.h>
    #include <stdlib.h>
    #include <string.h>
    #include <fcntl.h>
    #include <unistd.h>
    #include "iopt_subject.h"
    #define CRASH (*(volatile int *)8 = 1)
    #define HANG for (;;) __asm__ volatile("")
    const struct iopt_subject *iopt_reference_subject(void);
    static struct iopt_subject subject;
    static int opened;
    static struct iopt_host *host_of_all;
    static volatile int zero;
    static uint32_t bad_open(struct iopt_host *host, const struct iopt_config *config, void **state)
    { opened++; host_of_all = host; OPEN; return iopt_reference_subject()->open(host, config, state); }
    static uint32_t bad_run(void *state, const struct iopt_op *op)
    { RUN; return iopt_reference_subject()->run(state, op); }
    static void bad_close(void *state) { CLOSE; iopt_reference_subject()->close(state); }
    static void bad_teardown(void *state) { TEARDOWN; iopt_reference_subject()->teardown(state); }
    static const char *bad_refusal(void) { REFUSAL; return iopt_reference_subject()->refusal(); }
    __attribute__((constructor)) static void load(void) { LOAD; }
    __attribute__((visibility("default"))) const struct iopt_subject *iopt_subject_entry(void)
    {
      ENTRY;
      subject = *iopt_reference_subject();
      subject.open = bad_open; subject.run = bad_run; subject.close = bad_close;
      subject.teardown = bad_teardown; subject.refusal = bad_refusal;
      SUBJECT;
      return &subject;
    }
    """

  /// One that is asked why it refuses has to refuse.
  private func whatElse(_ macro: String) -> String {
    hook == .refusal && macro == "OPEN" ? "return IOPT_REFUSED" : ""
  }

  /// Builds it; returns the shared object's path.
  func build(in scratch: ScratchFolder) throws -> String {
    let object = scratch("\(name.replacingOccurrences(of: " ", with: "-")).so")
    var macros = ["LOAD", "ENTRY", "SUBJECT", "OPEN", "RUN", "CLOSE", "TEARDOWN", "REFUSAL"]
    macros.removeAll { $0 == hook.rawValue.uppercased() }
    let text =
      "#define \(hook.rawValue.uppercased()) \(code)\n"
      + macros.map { "#define \($0) \(whatElse($0))\n" }.joined()
      + Self.source.replacingOccurrences(
        of: "static int opened;\n", with: "static int opened;\n\(before)\n")
    let source = try scratch.file("\(UUID().uuidString).c", text.utf8)
    try Self.clang(["-shared", "-Wl,-Bsymbolic", "-o", object, source, Self.reference.get()])
    return object
  }

  private static func clang(_ arguments: [String]) throws {
    let tool = try Tool.run(
      "/usr/bin/env",
      ["clang", "-std=c11", "-w", "-O1", "-fPIC", "-fvisibility=hidden", "-I", "reference/abi"]
        + arguments)
    try #require(tool.status == 0, "\(tool.errors)")
  }

  /// The C port as one object, built once for all tests of the process, at whose end it goes.
  private static let reference = Result<String, any Error> {
    let folder = try ScratchFolder()
    kept = folder
    atexit { BadPlugin.kept = nil }
    let list = try Tool.run(
      "/usr/bin/find",
      ["reference", "-path", "reference/kernel", "-prune", "-o", "-name", "*.c", "-print"])
    var objects: [String] = []
    for source in list.output.split(separator: "\n").map(String.init) {
      objects.append(folder(source.replacingOccurrences(of: "/", with: "-") + ".o"))
      try clang(["-Diopt_subject_entry=unused_entry", "-c", source, "-o", objects.last!])
    }
    try clang(["-r", "-nostdlib", "-o", folder("reference.o")] + objects)
    return folder("reference.o")
  }

  nonisolated(unsafe) private static var kept: ScratchFolder?
}
