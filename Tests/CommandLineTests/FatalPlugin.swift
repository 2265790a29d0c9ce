// SPDX-License-Identifier: GPL-2.0-only

/// A bad plug-in and what is said of it.
struct FatalPlugin: Sendable {
  var plugin: BadPlugin
  var signature: String
  /// In the headline, after the plug-in's name.
  var told: String
  /// The line of ``IsolationTests/three`` at which it is found first, and how many of the three
  /// scenarios differ.
  var line: Int
  var scenarios: Int

  private init(
    _ name: String, _ hook: BadPlugin.Hook, _ code: String, _ signature: String, _ told: String,
    line: Int = 6, scenarios: Int = 1
  ) {
    plugin = BadPlugin(name, hook, code)
    self.signature = signature
    self.told = told
    self.line = line
    self.scenarios = scenarios
  }

  private static func atMap(_ code: String) -> String {
    "if (op->kind == IOPT_OP_MAP) { \(code); }"
  }
  private static func atUnmap(_ code: String) -> String {
    "if (op->kind == IOPT_OP_UNMAP) { \(code); }"
  }

  private static let atFirstTable =
    "iopt_table_at(host_of_all, IOPT_ARENA_BASE)[0]"
  private static let operation0 = "in operation 0 of the scenario at line 4"
  private static let operation2 = "in operation 2 of the scenario at line 4"

  static let crashes = [
    FatalPlugin(
      "crashes in map", .run, atMap("CRASH"), "process map: SIGSEGV",
      "ended its process by SIGSEGV \(operation0)"),
    FatalPlugin(
      "crashes in unmap", .run, atUnmap("CRASH"), "process unmap: SIGSEGV",
      "ended its process by SIGSEGV \(operation2)", line: 8),
    FatalPlugin(
      "crashes in open", .open, "CRASH", "process open: SIGSEGV",
      "ended its process by SIGSEGV in the domain of the scenario at line 1", line: 2, scenarios: 3),
    FatalPlugin(
      "crashes on the second scenario only", .open, "if (opened == 2) CRASH",
      "process open: SIGSEGV",
      "ended its process by SIGSEGV in the domain of the scenario at line 4",
      line: 5),
    FatalPlugin(
      "crashes in close", .close, "CRASH", "process close: SIGSEGV",
      "ended its process by SIGSEGV in its close at the end of the scenario at line 1", line: 3,
      scenarios: 3),
    FatalPlugin(
      "overflows its stack", .run,
      atMap("volatile char big[1 << 16]; big[0] = 1; bad_run(state, op); big[1] = big[0]"),
      "process map: SIGSEGV", "ended its process by SIGSEGV \(operation0)"),
    FatalPlugin(
      "divides by zero", .run, atMap("zero = 77 / zero"), "process map: SIGFPE",
      "ended its process by SIGFPE \(operation0)"),
    FatalPlugin(
      "traps", .run, atMap("__builtin_trap()"), "process map: SIGILL",
      "ended its process by SIGILL \(operation0)"),
    FatalPlugin(
      "aborts", .run, atMap("abort()"), "process map: SIGABRT",
      "ended its process by SIGABRT \(operation0)"),
    FatalPlugin(
      "kills itself", .run, atMap("kill(getpid(), SIGKILL)"), "process map: SIGKILL",
      "ended its process by SIGKILL \(operation0)"),
  ]

  static let exits = [
    FatalPlugin(
      "leaves with 0 in map", .run, atMap("exit(0)"), "process map: exit 0",
      "left its process by exit 0 \(operation0)"),
    FatalPlugin(
      "leaves at once in unmap", .run, atUnmap("_exit(0)"), "process unmap: exit 0",
      "left its process by exit 0 \(operation2)", line: 8),
    FatalPlugin(
      "leaves with 3 in open", .open, "exit(3)", "process open: exit 3",
      "left its process by exit 3 in the domain of the scenario at line 1", line: 2, scenarios: 3),
  ]

  static let hangs = [
    FatalPlugin(
      "loops in map", .run, atMap("HANG"), "process map: time limit",
      "did not return within 0.5 s \(operation0)"),
    FatalPlugin(
      "loops in open", .open, "HANG", "process open: time limit",
      "did not return within 0.5 s in the domain of the scenario at line 1", line: 2, scenarios: 3),
    FatalPlugin(
      "loops in close", .close, "HANG", "process close: time limit",
      "did not return within 0.5 s in its close at the end of the scenario at line 1", line: 3,
      scenarios: 3),
    FatalPlugin(
      "logs without an end", .run,
      atMap("for (;;) iopt_log0(host_of_all->log, (uint32_t)IOPT_EVENT_FLUSH_ALL)"),
      "process map: time limit", "did not return within 0.5 s \(operation0)"),
    FatalPlugin(
      "stops itself", .run, atMap("raise(SIGSTOP)"), "process map: time limit",
      "did not return within 0.5 s \(operation0)"),
  ]

  /// What returns is nonsense: breaches of the ABI.
  static let nonsense = [
    FatalPlugin(
      "returns no status from unmap", .run, atUnmap("return 77"), "abi unmap: unknown status",
      "broke a rule of the subject ABI at operation 2 of the scenario at line 4: returned 77",
      line: 8),
    FatalPlugin(
      "returns no status from open", .open, "return 78", "abi domain: unknown status",
      "broke a rule of the subject ABI at the domain of the scenario at line 1: returned 78",
      line: 2, scenarios: 3),
    FatalPlugin(
      "counts more words than there is room for", .open,
      "iopt_reference_subject()->open(host, config, state); host->log->count = 1u << 30;"
        + " return IOPT_DONE",
      "abi domain: log overrun",
      "broke a rule of the subject ABI at the domain of the scenario at line 1: says that its log",
      line: 2, scenarios: 3),
    FatalPlugin(
      "writes over its host", .open,
      "iopt_reference_subject()->open(host, config, state); host->abi_version = 99;"
        + " return IOPT_DONE",
      "abi domain: host changed",
      "broke a rule of the subject ABI at the domain of the scenario at line 1: wrote over its host",
      line: 2, scenarios: 3),
    FatalPlugin(
      "has room for all in its log", .open,
      "iopt_reference_subject()->open(host, config, state); host->log->capacity = ~0ull;"
        + " return IOPT_DONE",
      "abi domain: host changed",
      "broke a rule of the subject ABI at the domain of the scenario at line 1: wrote over its host",
      line: 2, scenarios: 3),
    FatalPlugin(
      "writes over its operation", .run,
      atMap("((struct iopt_op *)op)->iova = 0x7000"), "abi map: operation changed",
      "broke a rule of the subject ABI at operation 0 of the scenario at line 4: wrote over the"),
    FatalPlugin(
      "tells two results", .run, atMap("iopt_log2(host_of_all->log, IOPT_EVENT_RET, 0, 0x1000)"),
      "abi map: second result",
      "broke a rule of the subject ABI at operation 0 of the scenario at line 4: logged more than"),
    FatalPlugin(
      "refuses what it has begun", .run,
      atMap("iopt_log0(host_of_all->log, IOPT_EVENT_FLUSH_ALL); return IOPT_REFUSED"),
      "abi map: refusal after work",
      "broke a rule of the subject ABI at operation 0 of the scenario at line 4: refused what it"),
    FatalPlugin(
      "tells of a table that it did not ask for", .run,
      atMap("iopt_log2(host_of_all->log, IOPT_EVENT_ALLOC, IOPT_ARENA_BASE + 0x9000, 0x1000)"),
      "abi map: forged record",
      "broke a rule of the subject ABI at operation 0 of the scenario at line 4: logged that a"),
    FatalPlugin(
      "refuses after a store that it does not tell", .run,
      atMap("\(atFirstTable) = 5; return IOPT_REFUSED"), "abi map: untold word",
      "broke a rule of the subject ABI at operation 0 of the scenario at line 4: changed the table"),
    FatalPlugin(
      "tells which CPU runs", .run, atMap("iopt_log1(host_of_all->log, IOPT_EVENT_CPU, 0)"),
      "abi map: forged record",
      "broke a rule of the subject ABI at operation 0 of the scenario at line 4: logged that a"),
    FatalPlugin(
      "writes over its configuration", .open, "((struct iopt_config *)config)->reserved = 1",
      "abi domain: configuration changed",
      "broke a rule of the subject ABI at the domain of the scenario at line 1: wrote over the conf",
      line: 2, scenarios: 3),
    FatalPlugin(
      "asks for a table in close", .close, "host_of_all->alloc_table(host_of_all, 4096)",
      "abi end: work in close",
      "broke a rule of the subject ABI at the end of the scenario at line 1: asked for tables",
      line: 3, scenarios: 3),
    FatalPlugin(
      "writes to a freed table in teardown", .teardown,
      "iopt_reference_subject()->teardown(state); \(atFirstTable) = 0xdead; return",
      "abi end: write to a freed table",
      "broke a rule of the subject ABI at the end of the scenario at line 1: wrote 0x800000000,",
      line: 3, scenarios: 3),
    FatalPlugin(
      "writes to a table when it is closed", .close, "\(atFirstTable) = 0xdead",
      "abi end: write to a freed table",
      "broke a rule of the subject ABI at the end of the scenario at line 1: wrote 0x800000000,",
      line: 3, scenarios: 3),
    FatalPlugin(
      "takes SIGSEGV", .open, "signal(SIGSEGV, SIG_IGN)", "abi end: signal taken",
      "broke a rule of the subject ABI at the end of the scenario at line 1: took SIGSEGV",
      line: 3, scenarios: 3),
    FatalPlugin(
      "writes far behind its memory", .run,
      atMap("((uint64_t *)iopt_table_at(host_of_all, IOPT_ARENA_BASE))[(261 << 20) / 8] = 1"),
      "process map: SIGSEGV", "ended its process by SIGSEGV \(operation0)"),
    FatalPlugin(
      "writes a gibibyte behind its memory", .run,
      atMap("((uint64_t *)iopt_table_at(host_of_all, IOPT_ARENA_BASE))[(1l << 30) / 8] = 1"),
      "process map: SIGSEGV", "ended its process by SIGSEGV \(operation0)"),
    FatalPlugin(
      "writes a gibibyte in front of its memory", .run,
      atMap("((uint64_t *)iopt_table_at(host_of_all, IOPT_ARENA_BASE))[-(1l << 30) / 8] = 1"),
      "process map: SIGSEGV", "ended its process by SIGSEGV \(operation0)"),
    FatalPlugin(
      "logs a record of no kind", .open,
      "iopt_reference_subject()->open(host, config, state); iopt_log0(host->log, 0);"
        + " return IOPT_DONE",
      "abi domain: unreadable record",
      "broke a rule of the subject ABI at the domain of the scenario at line 1: logged what is no",
      line: 2, scenarios: 3),
    FatalPlugin(
      "logs a record that ends behind the log", .open,
      "iopt_reference_subject()->open(host, config, state);"
        + " iopt_log0(host->log, (uint32_t)IOPT_EVENT_SYNC);"
        + " host->log->words[host->log->count - 1] |= 9ull << 32; return IOPT_DONE",
      "abi domain: unreadable record",
      "broke a rule of the subject ABI at the domain of the scenario at line 1: logged what is no",
      line: 2, scenarios: 3),
  ]

  static let all = crashes + exits + hangs + nonsense
}
