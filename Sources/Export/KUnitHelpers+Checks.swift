// SPDX-License-Identifier: GPL-2.0-only

// What is checked behind an operation, each with the operation's text as its message.

extension KUnitHelpers {
  private static func expectation(_ left: String, _ right: String) -> [String] {
    let head = "KUNIT_EXPECT_EQ_MSG(test, \(left), \(right), \"%s\","
    let last = " scenario->op);"
    let margin = "\t\t    "
    if 8 + head.utf8.count + last.utf8.count <= 80 { return [head + last] }
    if 8 + head.utf8.count <= 80 { return [head, margin + last.dropFirst()] }
    return ["KUNIT_EXPECT_EQ_MSG(test, \(left), \(right),", margin + "\"%s\"," + last]
  }

  private static let ofGather =
    "struct iommu_iotlb_gather *gather = &scenario->gathers[number];"
  private static let ofSync = "struct scenario_sync *sync;"
  private static let nextSync = [
    "KUNIT_ASSERT_LT_MSG(test, scenario->nr_checked,",
    "\t\t    min_t(unsigned int, scenario->nr_syncs, NR_SYNCS),",
    "\t\t    \"calls of iotlb_sync(): %s\", scenario->op);",
    "sync = &scenario->syncs[scenario->nr_checked++];",
  ]

  /// In the order in which they stand in a file.
  static let checks: [(name: String, text: String)] = [
    (
      "check_result",
      function("check_result", "u64 result", [], expectation("scenario->result", "result"))
    ),
    (
      "check_mapped",
      function("check_mapped", "u64 mapped", [], expectation("scenario->mapped", "mapped"))
    ),
    (
      "check_sync",
      "/* The next call of iotlb_sync(): a range and a number of tables */\n"
        + function(
          "check_sync", "u64 start, u64 end, unsigned int tables", [ofSync],
          nextSync + expectation("sync->start", "start") + expectation("sync->end", "end")
            + expectation("sync->pages", "tables"))
    ),
    (
      "check_sync_levels",
      "/* The levels of the call that was checked last */\n"
        + function(
          "check_sync_levels", "unsigned int leaves, unsigned int tables", [ofSync],
          ["sync = &scenario->syncs[scenario->nr_checked - 1];"]
            + expectation("sync->leaves", "leaves") + expectation("sync->tables", "tables"))
    ),
    (
      "check_sync_map",
      "/* iotlb_sync_map() was called */\n"
        + function(
          "check_sync_map", "u64 iova, u64 size", [],
          expectation("scenario->nr_sync_maps", "1")
            + expectation("scenario->sync_map[0]", "iova")
            + expectation("scenario->sync_map[1]", "size") + ["scenario->nr_sync_maps = 0;"])
    ),
    (
      "check_gather",
      function(
        "check_gather", "unsigned int number, u64 start, u64 end, bool queued, unsigned int tables",
        [ofGather],
        expectation("gather->start", "start") + expectation("gather->end", "end")
          + expectation("gather->queued", "queued")
          + expectation("count_tables(gather)", "tables"))
    ),
    (
      "check_gather_levels",
      function(
        "check_gather_levels", "unsigned int number, unsigned int leaves, unsigned int tables",
        [ofGather],
        expectation("gather->pt.leaf_levels_bitmap", "leaves")
          + expectation("gather->pt.table_levels_bitmap", "tables"))
    ),
    ("check_dirty", checkDirty), ("check_clean", checkClean), ("check_covered", checkCovered),
  ]

  private static let checkDirty =
    "/* These bytes were recorded dirty */\n"
    + function(
      "check_dirty", "u64 iova, u64 len",
      [
        "unsigned int first = (iova - scenario->dirty_iova) / SZ_4K;",
        "unsigned int end = first + len / SZ_4K;", "unsigned int clean;",
      ],
      [
        "clean = find_next_zero_bit(scenario->dirty, end, first);",
        "KUNIT_EXPECT_EQ_MSG(test, clean, end, \"0x%llx not recorded dirty: %s\",",
        "\t\t    scenario->dirty_iova + (u64)clean * SZ_4K,", "\t\t    scenario->op);",
        "bitmap_clear(scenario->dirty, first, end - first);",
      ])

  private static let checkClean =
    """
    /* Nothing else was recorded dirty */
    static void check_clean(struct kunit *test)
    {
    \tstruct scenario *scenario = test->priv;
    \tunsigned int dirty;

    \tdirty = find_first_bit(scenario->dirty, scenario->nr_dirty);
    \tKUNIT_EXPECT_EQ_MSG(test, dirty, scenario->nr_dirty,
    \t\t\t    "0x%llx recorded dirty: %s",
    \t\t\t    scenario->dirty_iova + (u64)dirty * SZ_4K,
    \t\t\t    scenario->op);
    }
    """

  private static let checkCovered =
    """
    /* Calls of iotlb_sync(), then the gather if there is one, reach all of it */
    static void check_covered(struct kunit *test, int number, u64 iova, u64 len)
    {
    \tstruct scenario *scenario = test->priv;
    \tstruct iommu_iotlb_gather *gather;
    \tu64 last = iova + len - 1;
    \tunsigned int i;

    \tKUNIT_ASSERT_LE_MSG(test, scenario->nr_syncs, NR_SYNCS, "%s",
    \t\t\t    scenario->op);
    \tfor (i = 0; i != scenario->nr_syncs; i++) {
    \t\tstruct scenario_sync *sync = &scenario->syncs[i];

    \t\tif (sync->start > iova || sync->end < iova)
    \t\t\tcontinue;
    \t\tif (sync->end >= last)
    \t\t\treturn;
    \t\tiova = sync->end + 1;
    \t}
    \tif (number >= 0) {
    \t\tgather = &scenario->gathers[number];
    \t\tif (gather->start <= iova && gather->end >= last)
    \t\t\treturn;
    \t}
    \tKUNIT_FAIL(test, "0x%llx not gathered: %s", iova, scenario->op);
    }
    """
}
