// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

/// One of the three that are measured beside each other.
struct RowSide {
  /// What heads its columns.
  let name: String
  /// What a lane is asked for by.
  let request: LaneRequest
  /// The same for a process under valgrind.
  let countedRequest: String
}

/// The C port, Swift and, where its source is at hand, the kernel's own code, all as one release.
struct RowSides {
  let c: RowSide
  let swift: RowSide
  let kernel: RowSide?
  /// What all of them are.
  let release: Kernel
  /// Why there is no kernel.
  private(set) var reason = ""

  /// `tree` as in `kernel:TREE`.
  init(tree: String, counter: Callgrind?) throws {
    let name = "kernel:\(tree)"
    var kernel: RowSide?
    var release = Kernel.allCases.last!
    do throws(SubjectError) {
      let request = try LaneRequest(name)
      release = try request.load().subject.statedRelease ?? release
      let plugin = try KernelSubject(tree: tree).plugin()
      kernel = RowSide(
        name: "kernel", request: request,
        countedRequest: counter?.readable(plugin: plugin) ?? plugin)
    } catch {
      reason = error.description
    }
    self.kernel = kernel
    self.release = release
    func side(_ name: String, _ subject: String) throws -> RowSide {
      let asked = "\(subject),kernel=\(release.name)"
      return RowSide(name: name, request: try LaneRequest(asked), countedRequest: asked)
    }
    c = try side("C", "reference")
    swift = try side("Swift", "swift")
  }

  var all: [RowSide] { [c, swift] + (kernel.map { [$0] } ?? []) }
}
