// SPDX-License-Identifier: GPL-2.0-only

/// The static functions of a file, in their order. Those that no case calls are left out, for the
/// kernel's build warns of them.
struct KUnitHelpers {
  /// The names that cases call.
  let used: Set<String>
  /// The format, `PTPFX_RAW`.
  let format: String
  /// The most calls of `iotlb_sync` that one operation makes.
  let syncs: Int
  /// A call of the driver that no case expects is a failure.
  let isWhole: Bool
  /// A case has operations.
  let hasOperations: Bool

  private func uses(_ names: String...) -> Bool { !used.isDisjoint(with: names) }

  private var hasLevels: Bool { uses("check_sync_levels", "check_gather_levels") }
  private var keepsSyncs: Bool { uses("check_sync", "check_sync_levels", "check_covered") }

  /// Headers that only they need, a line each.
  var headers: String {
    uses("do_read_dirty")
      ? """
      #include <linux/bitmap.h>
      #include <linux/iova_bitmap.h>
      #include <linux/mman.h>
      #include <linux/uaccess.h>

      """ : ""
  }

  /// All of them, an empty line behind each.
  var text: String {
    let parts =
      [structs] + (uses("check_sync", "check_gather") ? [Self.countTables] : []) + [driver]
      + [Self.suite, Self.opening]
      + (isWhole ? [Self.checkQuiet] : [])
      + (hasOperations ? [isWhole ? Self.begin : Self.beginFree] : [])
      + Self.optional(format: format).filter { used.contains($0.name) }.map(\.text)
    return parts.map { $0 + "\n" }.joined(separator: "\n")
  }

  private var structs: String {
    let levels = hasLevels ? "\n\tunsigned int leaves;\n\tunsigned int tables;" : ""
    let sync = """
      struct scenario_sync {
      \tunsigned long start;
      \tunsigned long end;\(levels)
      \tunsigned int pages;
      };


      """
    let kept =
      keepsSyncs
      ? "\n\t/* What iotlb_sync() was called for in it */\n\tstruct scenario_sync syncs[NR_SYNCS];"
      : ""
    let dirty =
      uses("do_read_dirty")
      ? "\n\t/* What was recorded dirty last, a bit for 4K */\n\tunsigned long *dirty;"
        + "\n\tu64 dirty_iova;\n\tunsigned int nr_dirty;" : ""
    let map =
      uses("check_sync_map") ? "\n\tunsigned int nr_sync_maps;\n\tu64 sync_map[2];" : ""
    let numbers = keepsSyncs ? "NR_GATHERS = 4, NR_SYNCS = \(max(syncs, 1))" : "NR_GATHERS = 4"
    return """
      enum { \(numbers) };

      \(keepsSyncs ? sync : "")struct scenario {
      \tstruct kunit_iommu_priv priv;
      \tstruct iommu_iotlb_gather gathers[NR_GATHERS];
      \t/* The operation under way, for messages, and what came of it */
      \tconst char *op;
      \tu64 result;
      \tsize_t mapped;\(kept)
      \tunsigned int nr_syncs;
      \tunsigned int nr_checked;\(map)\(dirty)
      \t/* What should be in force */
      \tunsigned int features;
      };
      """
  }

  private static let countTables = """
    static unsigned int count_tables(struct iommu_iotlb_gather *gather)
    {
    \treturn list_count_nodes(&gather->freelist.pages);
    }
    """

  private var driver: String {
    let levels =
      hasLevels
      ? "\n\t\t\t.leaves = gather->pt.leaf_levels_bitmap,"
        + "\n\t\t\t.tables = gather->pt.table_levels_bitmap," : ""
    let pages = uses("check_sync", "check_gather") ? "\n\t\t\t.pages = count_tables(gather)," : ""
    let keep = """

      \tif (scenario->nr_syncs < NR_SYNCS)
      \t\tscenario->syncs[scenario->nr_syncs] = (struct scenario_sync){
      \t\t\t.start = gather->start,
      \t\t\t.end = gather->end,\(levels)\(pages)
      \t\t};
      """
    let map = """
      static int scenario_sync_map(struct iommu_domain *domain, unsigned long iova,
      \t\t\t     size_t size)
      {
      \tstruct scenario *scenario =
      \t\tcontainer_of(domain, struct scenario, priv.domain);

      \tscenario->sync_map[0] = iova;
      \tscenario->sync_map[1] = size;
      \tscenario->nr_sync_maps++;
      \treturn 0;
      }


      """
    let hasMap = uses("check_sync_map")
    return """
      static void scenario_iotlb_sync(struct iommu_domain *domain,
      \t\t\t\tstruct iommu_iotlb_gather *gather)
      {
      \tstruct scenario *scenario =
      \t\tcontainer_of(domain, struct scenario, priv.domain);
      \(keepsSyncs ? keep : "")
      \tscenario->nr_syncs++;
      \tiommu_put_pages_list(&gather->freelist);
      }

      \(hasMap ? map : "")static const struct iommu_domain_ops scenario_ops = {
      \tIOMMU_PT_DOMAIN_OPS1(PTPFX_RAW),
      \t.iotlb_sync = scenario_iotlb_sync,\(hasMap ? "\n\t.iotlb_sync_map = scenario_sync_map," : "")
      };
      """
  }
}
