// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// What our drivers send, held against the drivers' own functions, command by command, over 60,000
/// calls of each of a release whose tree is there.
@Suite struct KernelDriverTests {
  private static let calls = 60_000

  private static let has71 = has(.linux7_1)
  private static let tree72 = FetchedTree("7.2")
  private static let tree73 = FetchedTree("7.3")
  private static let has72 = has(.linux7_2) && tree72.isRecorded
  private static let has73 = has(.linux7_3) && tree73.isRecorded

  private static func has(_ release: Kernel) -> Bool {
    ["riscv", "amd", "intel"].allSatisfy {
      KernelDriver.has(release, "drivers/iommu/\($0)/iommu.c")
    }
  }

  @Test(.enabled(if: has71, "needs a tree with drivers: make kernel-source VERSION=7.1 TREE=DIR"))
  func linux7_1sFunctionsSendTheSame() throws { try compare(.linux7_1) }

  @Test(.enabled(if: has72, tree72.needsRecorded))
  func linux7_2sFunctionsSendTheSame() throws { try compare(.linux7_2) }

  @Test(.enabled(if: has73, tree73.needsRecorded))
  func linux7_3sFunctionsSendTheSame() throws { try compare(.linux7_3) }

  private func compare(_ release: Kernel) throws {
    try compareRISCV(release)
    try compareAMD(release)
    try compareIntel(release)
  }

  private func compareRISCV(_ release: Kernel) throws {
    let kernel = try KernelDriver(Self.riscvParts, of: release)
    compare(kernel, release, hardware: 4) { hardware, _ in
      RISCVCommands(
        nonLeaf: hardware & 1 != 0, ranges: hardware & 2 != 0, release: release, width: 39)
    } words: { command in
      let isRange = command.flags & 4 != 0
      let ones: UInt64 = isRange ? 1 << UInt64(command.operand - 13) - 1 : 0
      return KernelDriver.Words(
        first: UInt64(command.flags & 1) << 10 | UInt64(command.flags & 2) << 33 | 1,
        second: (command.address >> 12 | ones) << 10 | (isRange ? 1 << 9 : 0))
    } seen: {
      KernelDriver.Words(first: $0.first & (1 << 34 | 1 << 10 | 0x7f), second: $0.second)
    }
  }

  private func compareAMD(_ release: Kernel) throws {
    let kernel = try KernelDriver(Self.amdParts, of: release)
    compare(kernel, release, hardware: 8) { hardware, _ in
      AMDCommands(
        npCache: hardware & 1 != 0, ats: hardware & 2 != 0, release: release,
        format: hardware & 4 != 0 ? .x8664 : .amdv1)
    } words: {
      KernelDriver.Words(first: UInt64($0.opcode), second: $0.address | UInt64($0.flags))
    } seen: {
      KernelDriver.Words(first: $0.first >> 60, second: $0.second)
    }
  }

  private func compareIntel(_ release: Kernel) throws {
    let kernel = try KernelDriver(Self.intelParts, of: release)
    compare(kernel, release, hardware: 8) { hardware, number in
      VTDCommands(
        caching: hardware & 1 != 0, largestMask: UInt8(number), ats: hardware & 2 != 0,
        release: release, format: hardware & 4 != 0 ? .x8664 : .vtdss)
    } words: { command in
      let hint = UInt64(command.flags >> 2 & 1) << 6
      let size = UInt64(command.flags >> 3 & 1)
      return KernelDriver.Words(
        first: UInt64(command.opcode) | UInt64(command.flags & 3) << 4,
        second: command.address | UInt64(command.operand) | hint | size)
    } seen: {
      KernelDriver.Words(first: $0.first & 0x3f, second: $0.second)
    }
  }

  /// `hardware`: how many kinds there are, by number; the number that goes with one is the largest
  /// mask. `words`: a command of ours as the hardware has it; `seen`: what is compared of the kernel's.
  private func compare(
    _ kernel: KernelDriver, _ release: Kernel, hardware kinds: UInt32,
    driver: (UInt32, UInt32) -> any Driver, words: (Command) -> KernelDriver.Words,
    seen: (KernelDriver.Words) -> KernelDriver.Words
  ) {
    var requests = DriverRequests(seed: 1)
    let list = CommandList()
    var (differences, sent): ([String], Int) = ([], 0)
    for index in 0..<UInt32(Self.calls) {
      let (hardware, number) = (index % kinds, index / kinds % 64)
      let (call, driver) = (requests.call(), driver(hardware, number))
      list.removeAll()
      driver.send(call, to: list)
      let theirs = kernel(KernelDriver.Request(call, hardware: hardware, number: number)).map(seen)
      let ours = list.commands.flatMap { command in
        (0..<command.count).map { index in
          var one = command
          one.address &+= index &* command.stride
          return words(one)
        }
      }
      sent += ours.count
      if ours != theirs {
        differences.append("\(driver.name) in \(release.name), \(call): \(ours), not \(theirs)")
      }
    }
    #expect(sent > Self.calls / 2)
    #expect(differences.isEmpty, "\(differences.count), such as \(differences.prefix(3))")
  }
}

extension KernelDriver.Request {
  fileprivate init(_ call: DriverCall, hardware: UInt32, number: UInt32) {
    switch call {
    case .sync(let gathered):
      self.init(
        call: 0, leafLevels: gathered.leafLevels, tableLevels: gathered.tableLevels,
        freesTables: gathered.freesTables ? 1 : 0, first: gathered.first, last: gathered.last,
        hardware: hardware, number: number)
    case .flushAll: self.init(call: 1, first: 0, last: 0, hardware: hardware, number: number)
    case .syncMap(let first, let length):
      self.init(call: 2, first: first, last: length, hardware: hardware, number: number)
    case .changeTop(let pa, let level):
      self.init(call: 3, first: pa, last: 0, hardware: hardware, number: UInt32(level))
    }
  }
}

// What is taken. A release that lacks one has no need of it.
extension KernelDriverTests {
  private static let riscvParts = KernelDriver.Parts(
    name: "riscv", macros: ["RISCV_IOMMU_"], structs: ["riscv_iommu_tlbi"],
    files: [
      (
        "drivers/iommu/riscv/iommu-bits.h",
        [
          "riscv_iommu_cmd_inval_vma", "riscv_iommu_cmd_inval_set_addr",
          "riscv_iommu_cmd_inval_set_nl", "riscv_iommu_cmd_inval_set_napot",
          "riscv_iommu_cmd_inval_set_pscid",
        ]
      ),
      (
        "drivers/iommu/riscv/iommu.c",
        [
          "riscv_iommu_tlbi_calc", "riscv_iommu_iotlb_inval_iommu", "riscv_iommu_iotlb_inval",
          "riscv_iommu_iotlb_flush_all", "riscv_iommu_iotlb_sync",
        ]
      ),
    ])

  private static let amdParts = KernelDriver.Parts(
    name: "amd", macros: ["CMD_"],
    files: [
      ("drivers/iommu/amd/amd_iommu_types.h", []),
      (
        "drivers/iommu/amd/iommu.c",
        [
          "build_inv_dte", "build_inv_address", "build_inv_iommu_pages", "build_inv_iotlb_pages",
          "iommu_flush_dte", "device_flush_iotlb", "device_flush_dte_alias", "device_flush_dte",
          "domain_flush_pages_v2", "domain_flush_pages_v1", "__domain_flush_pages",
          "amd_iommu_domain_flush_pages", "amd_iommu_domain_flush_all", "amd_iommu_change_top",
          "amd_iommu_iotlb_sync_map", "amd_iommu_flush_iotlb_all", "amd_iommu_iotlb_sync",
        ]
      ),
    ])

  private static let intelParts = KernelDriver.Parts(
    name: "intel",
    macros: ["QI_", "DMA_", "cap_", "ecap_", "VTD_", "MAX_AGAW", "IOVA_PFN"],
    files: [
      (
        "drivers/iommu/intel/iommu.h",
        [
          "aligned_nrpages", "qi_desc_iotlb", "qi_desc_dev_iotlb", "qi_desc_piotlb_all",
          "qi_desc_piotlb", "qi_desc_dev_iotlb_pasid",
        ]
      ),
      (
        "drivers/iommu/intel/cache.c",
        [
          "calculate_psi_aligned_address", "qi_batch_flush_descs", "qi_batch_increment_index",
          "qi_batch_add_iotlb", "qi_batch_add_dev_iotlb", "qi_batch_add_piotlb_all",
          "qi_batch_add_piotlb", "qi_batch_add_pasid_dev_iotlb", "intel_domain_use_piotlb",
          "cache_tag_flush_iotlb", "cache_tag_flush_devtlb_psi", "cache_tag_flush_range",
          "cache_tag_flush_all", "cache_tag_flush_range_np",
        ]
      ),
      (
        "drivers/iommu/intel/iommu.c",
        [
          "aligned_nrpages", "intel_flush_iotlb_all", "intel_iommu_tlb_sync",
          "intel_iommu_iotlb_sync_map",
        ]
      ),
    ])
}
