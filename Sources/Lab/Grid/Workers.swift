// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Threads that share numbered tasks among them.
enum Workers {
  private final class Tasks: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var next = 0
    private let count: Int
    private let body: @Sendable (Int) -> Void

    init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
      (self.count, self.body) = (count, body)
      mutex.initialize(to: pthread_mutex_t())
      pthread_mutex_init(mutex, nil)
    }

    deinit {
      pthread_mutex_destroy(mutex)
      mutex.deallocate()
    }

    func work() {
      while true {
        pthread_mutex_lock(mutex)
        let task = next
        next += 1
        pthread_mutex_unlock(mutex)
        if task >= count { return }
        body(task)
      }
    }
  }

  /// Calls `body` for each number below `count`, on so many threads, in the order of the numbers.
  static func run(_ count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let tasks = Tasks(count, body)
    let own = Unmanaged.passUnretained(tasks).toOpaque()
    var started: [pthread_t] = []
    for _ in 1..<max(min(threads, count), 1) {
      var thread = pthread_t()
      let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
        Unmanaged<Tasks>.fromOpaque($0!).takeUnretainedValue().work()
        return nil
      }
      if pthread_create(&thread, nil, entry, own) == 0 { started.append(thread) }
    }
    tasks.work()
    for thread in started { pthread_join(thread, nil) }
    withExtendedLifetime(tasks) {}
  }
}
