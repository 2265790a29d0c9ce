// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Notes touches of closed pages in and beside arenas, in the process as it is: a handler of SIGSEGV
/// notes the first address, opens the whole arena, and lets the subject go on, so that its misuse
/// is a finding at the operation in which it happened and nothing has to be run again for it. A
/// fault anywhere else goes to whoever had the signal before.
enum ArenaWatch {
  /// One arena, at an address that does not change.
  struct Watched {
    /// Where the pages begin that may be closed, guards included; 0 when the entry is free.
    var start: UInt = 0
    /// The arena's own first byte.
    var memory: UInt = 0
    /// The first address that was touched; 0 for none.
    var touched: UInt = 0
    /// How: 0 by reading, 1 by writing, 2 unknown.
    var access: Int32 = 0
    var next: UnsafeMutablePointer<Watched>?
  }

  /// Bytes of an arena with its guards.
  static let span = 2 * ArenaMapping.guardSize + ArenaMapping.size

  // Behind pointers: a signal handler must not wait for an exclusivity check.
  nonisolated(unsafe) private static let first:
    UnsafeMutablePointer<
      UnsafeMutablePointer<Watched>?
    > = {
      let pointer = UnsafeMutablePointer<UnsafeMutablePointer<Watched>?>.allocate(capacity: 1)
      pointer.initialize(to: nil)
      return pointer
    }()

  nonisolated(unsafe) private static let mutex: UnsafeMutablePointer<pthread_mutex_t> = {
    let pointer = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pointer.initialize(to: pthread_mutex_t())
    pthread_mutex_init(pointer, nil)
    return pointer
  }()

  /// Who had the signal before.
  nonisolated(unsafe) private static let previous: UnsafeMutablePointer<sigaction> = {
    let pointer = UnsafeMutablePointer<sigaction>.allocate(capacity: 1)
    pointer.initialize(to: sigaction())
    return pointer
  }()

  /// Takes the signal, if it is not ours: a child process, for one, gives its signals back first.
  static func install() {
    var action = sigaction()
    sigaction(SIGSEGV, nil, &action)
    let current = unsafeBitCast(action.__sigaction_handler.sa_sigaction, to: UInt.self)
    if current == unsafeBitCast(handler, to: UInt.self) { return }
    previous.pointee = action
    action = sigaction()
    action.__sigaction_handler.sa_sigaction = handler
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER
    sigemptyset(&action.sa_mask)
    sigaction(SIGSEGV, &action, nil)
  }

  /// What is done about the signal now.
  static var holder: Holder {
    var action = sigaction()
    sigaction(SIGSEGV, nil, &action)
    return Holder(action: action)
  }

  /// What somebody wants done about the signal.
  struct Holder {
    fileprivate var action = sigaction()

    /// Gives the signal back, all of it, when somebody else has taken it since. True when so.
    func takeBack() -> Bool {
      if ArenaWatch.holder.address == address { return false }
      var action = action
      sigaction(SIGSEGV, &action, nil)
      return true
    }

    private var address: UInt {
      unsafeBitCast(action.__sigaction_handler.sa_sigaction, to: UInt.self)
    }
  }

  /// Watches the pages from `start` on, of the arena at `memory`. Entries are never given back to the
  /// heap, so that the handler may read them at any time.
  static func add(
    start: UnsafeMutableRawPointer, memory: UnsafeMutableRawPointer
  ) -> UnsafeMutablePointer<Watched> {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    var entry = first.pointee
    while let known = entry, known.pointee.start != 0 { entry = known.pointee.next }
    if entry == nil {
      let new = UnsafeMutablePointer<Watched>.allocate(capacity: 1)
      new.initialize(to: Watched(next: first.pointee))
      first.pointee = new
      entry = new
    }
    entry!.pointee.memory = UInt(bitPattern: memory)
    entry!.pointee.touched = 0
    entry!.pointee.start = UInt(bitPattern: start)
    install()
    return entry!
  }

  static func remove(_ entry: UnsafeMutablePointer<Watched>) {
    pthread_mutex_lock(mutex)
    entry.pointee.start = 0
    pthread_mutex_unlock(mutex)
  }

  /// What a SIGSEGV at `address` means: true when it was a closed page of an arena, which is noted
  /// and open now. Whoever takes the signal over calls this first. Safe in a signal handler.
  static func take(_ address: UInt, _ context: UnsafeMutableRawPointer?) -> Bool {
    var entry = first.pointee
    while let known = entry {
      let start = known.pointee.start
      if start != 0, address >= start, address - start < UInt(span) {
        if known.pointee.touched != 0 { return false }
        known.pointee.access = accessOf(context)
        known.pointee.touched = address
        let pages = UnsafeMutableRawPointer(bitPattern: start)
        return mprotect(pages, span, PROT_READ | PROT_WRITE) == 0
      }
      entry = known.pointee.next
    }
    return false
  }

  private static func accessOf(_ context: UnsafeMutableRawPointer?) -> Int32 {
    #if arch(x86_64)
      guard let context else { return 2 }
      let machine = context.assumingMemoryBound(to: ucontext_t.self)
      // REG_ERR: the page fault's error code, of which bit 1 says that it was a write.
      return Int32(truncatingIfNeeded: machine.pointee.uc_mcontext.gregs.19 >> 1 & 1)
    #else
      return 2
    #endif
  }

  private static let handler:
    @convention(c) (
      Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?
    ) -> Void = { signal, info, context in
      let address = UInt(bitPattern: info!.pointee._sifields._sigfault.si_addr)
      // Negative or zero: sent by somebody, not by a fault.
      if info!.pointee.si_code > 0, ArenaWatch.take(address, context) { return }
      sigaction(signal, ArenaWatch.previous, nil)
      // A fault comes again by itself.
      if info!.pointee.si_code <= 0 { raise(signal) }
    }
}
