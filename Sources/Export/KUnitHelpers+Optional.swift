// SPDX-License-Identifier: GPL-2.0-only

// What a file has when a case calls it: operations, and what is checked behind them.

extension KUnitHelpers {
  /// In the order in which they stand in a file.
  static func optional(format: String) -> [(name: String, text: String)] {
    let functions =
      [
        ("narrow_pages", "u64 pgsizes", [], "scenario->priv.domain.pgsize_bitmap &= pgsizes;"),
        ("expect_feature", "unsigned int feature", [], "scenario->features |= BIT(feature);"),
      ] as [(String, String, [String], String)]
    return functions.map { ($0.0, function($0.0, $0.1, $0.2, [$0.3])) }
      + [("check_domain", checkDomain)] + operations + [("do_read_dirty", readDirty(format))]
      + checks
  }

  /// A helper: its parameters behind `test`, its variables, its statements.
  static func function(
    _ name: String, _ parameters: String, _ variables: [String], _ statements: [String]
  ) -> String {
    let head = "static void \(name)("
    let words = ("struct kunit *test, " + parameters).split(separator: ",").map {
      String($0.drop { $0 == " " })
    }
    let lines = CText.filled(
      head, words.dropLast().map { $0 + "," } + words.suffix(1).map { $0 + ")" }, from: 0,
      width: head.utf8.count)
    let declared = ["struct scenario *scenario = test->priv;"] + variables
    let body = declared.map { "\t" + $0 } + [""] + statements.map { $0.isEmpty ? "" : "\t" + $0 }
    return (lines + ["{"] + body + ["}"]).joined(separator: "\n")
  }

  private static let checkDomain = """
    static void check_domain(struct kunit *test, u64 pgsizes, u64 first, u64 last,
    \t\t\t unsigned int level, unsigned int va, unsigned int oa)
    {
    \tstruct scenario *scenario = test->priv;
    \tstruct kunit_iommu_priv *priv = &scenario->priv;

    \tKUNIT_EXPECT_EQ(test, priv->domain.pgsize_bitmap, pgsizes);
    \tKUNIT_EXPECT_EQ(test, priv->domain.geometry.aperture_start, first);
    \tKUNIT_EXPECT_EQ(test, priv->domain.geometry.aperture_end, last);
    \tKUNIT_EXPECT_EQ(test, pt_top_range(priv->common).top_level, level);
    \tKUNIT_EXPECT_EQ(test, priv->common->features, scenario->features);
    \tKUNIT_EXPECT_EQ(test, priv->common->max_vasz_lg2, va);
    \tKUNIT_EXPECT_EQ(test, priv->common->max_oasz_lg2, oa);
    }
    """

  private static let operations: [(name: String, text: String)] = [
    (
      "do_map",
      function(
        "do_map", "u64 iova, u64 pa, u64 len, int prot", [],
        [
          "scenario->result = iommu_map(&scenario->priv.domain, iova, pa, len,",
          "\t\t\t     prot, GFP_KERNEL);",
        ])
    ),
    (
      "do_map_range",
      function(
        "do_map_range", "u64 iova, u64 pa, u64 len, unsigned int prot",
        ["struct pt_iommu *iommu = scenario->priv.iommu;"],
        [
          "scenario->mapped = 0;"
        ]
          + CText.wrapped(
            "scenario->result = iommu->ops->map_range(",
            ["iommu", "iova", "pa", "len", "prot", "GFP_KERNEL", "&scenario->mapped"]))
    ),
    (
      "do_unmap",
      function(
        "do_unmap", "u64 iova, u64 len", [],
        ["scenario->result = iommu_unmap(&scenario->priv.domain, iova, len);"])
    ),
    (
      "do_gather",
      function(
        "do_gather", "unsigned int number, bool queued",
        ["struct iommu_iotlb_gather *gather = &scenario->gathers[number];"],
        [
          "iommu_put_pages_list(&gather->freelist);",
          "iommu_iotlb_gather_init(gather);",
          "gather->queued = queued;",
        ])
    ),
    (
      "do_unmap_fast",
      function(
        "do_unmap_fast", "unsigned int number, u64 iova, u64 len", [],
        [
          "scenario->result = iommu_unmap_fast(&scenario->priv.domain, iova, len,",
          "\t\t\t\t    &scenario->gathers[number]);",
        ])
    ),
    (
      "do_iotlb_sync",
      function(
        "do_iotlb_sync", "unsigned int number",
        ["struct iommu_iotlb_gather *gather = &scenario->gathers[number];"],
        [
          "/* Without a range it would forget the tables */",
          "if (gather->start >= gather->end)", "\tiommu_put_pages_list(&gather->freelist);",
          "iommu_iotlb_sync(&scenario->priv.domain, gather);",
        ])
    ),
    (
      "do_flush",
      "/* What a flush queue does with a gather */\n"
        + function(
          "do_flush", "unsigned int number",
          [
            "struct iommu_iotlb_gather *gather = &scenario->gathers[number];",
            "bool queued = gather->queued;",
          ],
          [
            "iommu_flush_iotlb_all(&scenario->priv.domain);",
            "iommu_put_pages_list(&gather->freelist);",
            "iommu_iotlb_gather_init(gather);",
            "gather->queued = queued;",
          ])
    ),
    (
      "do_iova_to_phys",
      function(
        "do_iova_to_phys", "u64 iova", [],
        ["scenario->result = iommu_iova_to_phys(&scenario->priv.domain, iova);"])
    ),
    (
      "do_set_dirty",
      function(
        "do_set_dirty", "u64 iova",
        ["struct pt_iommu *iommu = scenario->priv.iommu;", "int ret = -EOPNOTSUPP;"],
        [
          "if (iommu->ops->set_dirty)", "\tret = iommu->ops->set_dirty(iommu, iova);",
          "scenario->result = ret;",
        ])
    ),
  ]

  private static func readDirty(_ format: String) -> String {
    userMemory
      + function(
        "do_read_dirty",
        "unsigned int number, u64 iova, u64 len, unsigned long flags, u64 first, u64 window",
        [
          "struct iommu_domain *domain = &scenario->priv.domain;",
          "size_t bytes = BITS_TO_LONGS(window / SZ_4K) * sizeof(long);",
          "struct iommu_dirty_bitmap dirty = {", "\t.gather = &scenario->gathers[number],", "};",
          "void __user *user = NULL;", "int ret;",
        ],
        [
          "scenario->dirty = kunit_kzalloc(test, bytes, GFP_KERNEL);",
          "KUNIT_ASSERT_NOT_NULL(test, scenario->dirty);",
          "scenario->dirty_iova = first;",
          "scenario->nr_dirty = window / SZ_4K;",
          "if (window) {",
          "\tuser = user_memory(test, bytes);",
          "\tdirty.bitmap = iova_bitmap_alloc(first, window, SZ_4K, user);",
          "\tKUNIT_ASSERT_NOT_ERR_OR_NULL(test, dirty.bitmap);",
          "}",
          "",
        ]
          + CText.wrapped(
            "ret = pt_iommu_\(format)_read_and_clear_dirty(",
            ["domain", "iova", "len", "flags", "&dirty"])
          + [
            "scenario->result = ret;",
            "if (!window)",
            "\treturn;",
            "iova_bitmap_free(dirty.bitmap);",
            "KUNIT_ASSERT_EQ(test, copy_from_user(scenario->dirty, user, bytes), 0);",
          ])
  }

  private static let userMemory = """
    static void __user *user_memory(struct kunit *test, size_t bytes)
    {
    \tunsigned long user;

    \tuser = kunit_vm_mmap(test, NULL, 0, PAGE_ALIGN(bytes),
    \t\t\t     PROT_READ | PROT_WRITE,
    \t\t\t     MAP_ANONYMOUS | MAP_PRIVATE, 0);
    \tKUNIT_ASSERT_NE(test, user, 0);
    \treturn (void __user *)user;
    }

    /* Reads dirty bits; what is recorded of @window bytes from @first is kept */

    """
}
