// SPDX-License-Identifier: GPL-2.0-only

extension HardwareJudge {
  /// What was counted since it was asked last.
  public func takeCosts() -> HardwareCosts {
    var taken = costs
    taken.bytesChanged = measures ? cache.bytesChanged : 0
    taken.window = window
    costs = HardwareCosts()
    window = WindowCount()
    cache.bytesChanged = 0
    return taken
  }

  /// A call has sent the commands from `first` on, which have not been applied.
  func meter(from first: Int) {
    let sent = commands.commands[first...]
    guard !sent.isEmpty else { return }
    costs.waits &+= 1
    for command in sent {
      costs.commands &+= command.count
      let reach = driver.reach(of: command)
      if !reach.isDeviceTLB { meter(command, reach) }
      let traps = driver.traps(of: command)
      guard traps > 0 else { continue }
      costs.traps &+= traps
      costs.rereads &+= driver.rereads(of: command) ?? cache.liveLeaves
    }
    let lost = cache.losses(sent.lazy.map(driver.reach))
    costs.leavesLost &+= lost.leaves
    costs.pointersLost &+= lost.pointers
  }

  private func meter(_ command: Command, _ reach: Reach) {
    let isRange = reach.leaves == .touching || reach.leaves == .within
    if reach.isEverything || isRange && reach.first == 0 && reach.last == .max {
      costs.wholeInvalidations &+= 1
    } else if reach.leaves == .holdingAddress {
      let (bytes, overflow) = max(reach.stride, 1 << 12).multipliedReportingOverflow(
        by: command.count)
      costs.invalidate(overflow ? .max : bytes)
    } else if reach.leaves != .none {
      let (bytes, overflow) = (reach.last - reach.first).addingReportingOverflow(1)
      costs.invalidate(overflow ? .max : bytes)
    }
  }
}
