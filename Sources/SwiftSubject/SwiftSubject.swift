// SPDX-License-Identifier: GPL-2.0-only
import DMA
import PageTable
import SubjectABI

/// The Swift implementation behind the subject ABI; valid as long as the process.
public func swiftSubject() -> UnsafePointer<iopt_subject> { UnsafePointer(subjectTable.pointer) }

/// Written once, before anybody reads it.
private struct SubjectTable: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<iopt_subject>
}

private let subjectTable: SubjectTable = {
  let pointer = UnsafeMutablePointer<iopt_subject>.allocate(capacity: 1)
  let capabilities = UnsafeMutablePointer<iopt_capabilities>.allocate(capacity: 1)
  capabilities.initialize(to: Ability.statement)
  pointer.initialize(
    to: iopt_subject(
      size: UInt32(MemoryLayout<iopt_subject>.size), abi_version: UInt32(IOPT_ABI_VERSION),
      name: literal("swift"), version: literal("Linux 7.1"), open: openSubject,
      run: runSubject, close: closeSubject, teardown: tearSubjectDown,
      refusal: { Refusal.text }, capabilities: UnsafePointer(capabilities)))
  return SubjectTable(pointer: pointer)
}()

/// A C string that lives for good.
private func literal(_ text: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

private let openSubject:
  @convention(c) (
    UnsafeMutablePointer<iopt_host>?, UnsafePointer<iopt_config>?,
    UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> UInt32 = { host, configuration, state in
    let configuration = iopt_config(given: configuration!)
    if let fault = fault(in: configuration, host!) {
      Refusal.keep(fault)
      return IOPT_REFUSED.rawValue
    }
    var result = IOPT_DONE.rawValue
    state!.pointee = OpenDomain.create(host!, configuration, &result)
      .map { UnsafeMutableRawPointer($0) }
    return result
  }

private let runSubject:
  @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<iopt_op>?) -> UInt32 = {
    state, operation in
    openDomain(state).pointee.run(operation!).rawValue
  }

private let closeSubject: @convention(c) (UnsafeMutableRawPointer?) -> Void = { state in
  let domain = openDomain(state)
  domain.deinitialize(count: 1)
  domain.deallocate()
}

private let tearSubjectDown: @convention(c) (UnsafeMutableRawPointer?) -> Void = { state in
  openDomain(state).pointee.teardown()
}

@inline(__always)
private func openDomain(_ state: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<OpenDomain> {
  state!.assumingMemoryBound(to: OpenDomain.self)
}
