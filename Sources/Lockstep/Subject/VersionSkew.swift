// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import SubjectABI

/// A host that was built with another version of the ABI than the subject.
///
/// Beside the scenario it asks for what the subject cannot know (``UnknownRequest``): each is to be
/// refused by name, with nothing done. And the scenario's own requests it gives in structs of other
/// sizes: as short as version 1's where nothing later is said, or longer than there is, with bits of
/// all kinds behind what counts.
final class VersionSkew {
  private let subject: Subject
  /// Behind the pointer: the lane's.
  private let services: UnsafeMutablePointer<iopt_host>
  private let state: UnsafeMutablePointer<HostState>
  private let memory: UnsafeMutableRawPointer
  private var configuration = iopt_config()
  private var numbers = UnknownNumbers(seed: 0)
  /// Whether the open domain was not asked yet: once, since the answers hang on nothing that
  /// happens to it.
  private(set) var hasToAsk = false

  /// Bytes behind the longest struct, and what stands in them.
  private static let (tail, rubbish): (Int, Int32) = (32, 0xa5)
  private static let room = max(MemoryLayout<iopt_config>.size, MemoryLayout<iopt_op>.size) + tail

  init(_ subject: Subject, _ host: borrowing Host) {
    self.subject = subject
    services = host.services
    state = host.state
    memory = .allocate(byteCount: 2 * Self.room, alignment: 16)
  }

  deinit { memory.deallocate() }

  // MARK: What it cannot know

  /// A domain like this is opened; what is asked beside it is another matter.
  private func begin(_ configuration: iopt_config) {
    self.configuration = configuration
    numbers = UnknownNumbers(seed: seed(configuration))
    hasToAsk = true
  }

  /// Asks for domains, none of which there is, and the open domain for such operations. Called
  /// before the first operation.
  func ask(_ domain: UnsafeMutableRawPointer?) {
    hasToAsk = false
    askToOpen()
    let operations = UnknownRequest.operations(
      subject.capabilities, hasLayer: configuration.has_dma == 1, &numbers)
    for request in operations {
      var operation = request.body
      take(request, subject.table.members.run(domain, &operation))
      forgetLog()
    }
  }

  private func askToOpen() {
    let requests = UnknownRequest.configurations(
      subject.capabilities, like: configuration, takesAnyRelease: subject.isKernelTree, &numbers)
    for request in requests { askToOpen(request) }
    let size = services.pointee.size
    let short = numbers.number(below: UInt32(IOPT_HOST_SIZE_1))
    services.pointee.size = short
    askToOpen(UnknownRequest("size", short, configuration) { _ in })
    services.pointee.size = size
  }

  private func askToOpen(_ request: UnknownRequest<iopt_config>) {
    var configuration = request.body
    var opened: UnsafeMutableRawPointer?
    let status = subject.table.members.open(services, &configuration, &opened)
    take(request, status)
    if status == IOPT_DONE.rawValue, let opened { subject.table.members.close(opened) }
    forgetLog()
  }

  private func take<Body>(_ request: UnknownRequest<Body>, _ status: UInt32) {
    if status != IOPT_REFUSED.rawValue || services.pointee.log.pointee.count > 0 {
      return state.pointee.note(.unknownTaken(member: "\(request.member)", value: request.value))
    }
    if let reason = subject.table.members.refusal?(), request.isNamed(by: reason) { return }
    state.pointee.note(
      .unknownUnnamed(
        member: "\(request.member)", value: request.value, reason: subject.refusal))
  }

  private func forgetLog() {
    services.pointee.log.pointee.count = 0
    state.pointee.recordsWritten = 0
  }

  /// The same for the same configuration, so that what is found is found again.
  private func seed(_ configuration: iopt_config) -> UInt64 {
    withUnsafeBytes(of: configuration) {
      $0.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
  }

  // MARK: Other sizes

  /// Gives `body` the configuration in a struct of another size.
  func lend(
    _ configuration: UnsafePointer<iopt_config>, _ body: (UnsafePointer<iopt_config>) -> UInt32
  ) -> UInt32 {
    let given = configuration.pointee
    begin(given)
    let isOld =
      given.kernel == 0 && given.sync_map == 0 && given.dma_magazine == 0
      && given.dma_fail_magazine == 0 && given.rows == 0 && given.policy == 0
    return lend(configuration, shortest: isOld ? Int(IOPT_CONFIG_SIZE_1) : nil, body)
  }

  /// Gives `body` the operation in a struct of another size.
  func lend(
    _ operation: UnsafePointer<iopt_op>, _ body: (UnsafePointer<iopt_op>) -> UInt32
  ) -> UInt32 {
    let isOld = operation.pointee.kind < IOPT_OP_KINDS.rawValue
    return lend(operation, shortest: isOld ? Int(IOPT_OP_SIZE_1) : nil, body)
  }

  /// Structs of the ABI begin with their size.
  private func lend<Body>(
    _ own: UnsafePointer<Body>, shortest: Int?, _ body: (UnsafePointer<Body>) -> UInt32
  ) -> UInt32 {
    let longest = MemoryLayout<Body>.size + Self.tail
    let size = numbers.number(below: 2) == 0 ? shortest ?? longest : longest
    memset(memory, Self.rubbish, Self.room)
    memcpy(memory, own, min(size, MemoryLayout<Body>.size))
    memory.storeBytes(of: UInt32(size), as: UInt32.self)
    memcpy(memory + Self.room, memory, Self.room)
    let status = body(memory.assumingMemoryBound(to: Body.self))
    if memcmp(memory, memory + Self.room, Self.room) != 0 {
      state.pointee.note(Body.self == iopt_op.self ? .operationChanged : .configurationChanged)
    }
    memset(memory, Self.rubbish, Self.room)
    return status
  }
}
