// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension Narrowing {
  /// Fits scenarios to what the subjects of all `lanes` are asked for.
  public init(_ lanes: [Lane]) {
    self.init(lanes.map { Party(name: $0.label, capabilities: $0.demanded) })
  }
}

extension Lane {
  /// What the lane's subject states, with what was chosen for it: where a revision is put in force,
  /// what the domain line says of it does not matter.
  public var capabilities: Capabilities {
    var own = subject.capabilities
    own.runsAnyRelease = subject.isKernelTree
    if gather != nil { own.revisions = .max }
    if let kernel = release.kernel, own.meet(.kernel(kernel)) { own.kernels = .max }
    return own
  }

  /// What it is asked for: of a plug-in what it states, of a subject that is part of this program all
  /// of the language. One of those that came to state less would be found as a refusal, instead of
  /// having scenarios fitted to it.
  public var demanded: Capabilities { subject.isBuiltIn ? .language : capabilities }
}
