// SPDX-License-Identifier: GPL-2.0-only

// What each file has: the suite's beginning and end, and the steps of a case.

extension KUnitHelpers {
  static let suite = """
    static int scenario_init(struct kunit *test)
    {
    \tstruct scenario *scenario;
    \tunsigned int i;

    \tscenario = kunit_kzalloc(test, sizeof(*scenario), GFP_KERNEL);
    \tif (!scenario)
    \t\treturn -ENOMEM;
    \tfor (i = 0; i != NR_GATHERS; i++)
    \t\tiommu_iotlb_gather_init(&scenario->gathers[i]);
    \tscenario->priv.orig_nr_secondary_pagetable =
    \t\tglobal_node_page_state(NR_SECONDARY_PAGETABLE);
    \ttest->priv = scenario;
    \treturn 0;
    }

    static void scenario_exit(struct kunit *test)
    {
    \tstruct scenario *scenario = test->priv;
    \tunsigned int i;

    \tif (!scenario)
    \t\treturn;
    \tfor (i = 0; i != NR_GATHERS; i++)
    \t\tiommu_put_pages_list(&scenario->gathers[i].freelist);
    \tpt_iommu_deinit(&scenario->priv.fmt_table.iommu);
    \t/* As in the format's own cases: nobody else has tables meanwhile */
    \tKUNIT_EXPECT_EQ_MSG(test, scenario->priv.orig_nr_secondary_pagetable,
    \t\t\t    global_node_page_state(NR_SECONDARY_PAGETABLE),
    \t\t\t    "tables are left at the end");
    }
    """

  static let opening = """
    /* Opens the domain number @cfg of scenario_cfgs */
    static void open_domain(struct kunit *test, uintptr_t cfg, int ret)
    {
    \tstruct scenario *scenario = test->priv;
    \tint found;

    \tif (IS_32BIT)
    \t\tkunit_skip(test, "Unable to test on 32bit");

    \t/* A case has one domain, which the fixtures look up by parameter */
    \t(void)kunit_pt_gen_params_cfg;
    \ttest->param_value = (void *)(cfg + 1);
    \tfound = pt_kunit_priv_init(test, &scenario->priv);
    \tKUNIT_ASSERT_EQ_MSG(test, found, ret, "the domain's initialisation");
    \tscenario->priv.domain.ops = &scenario_ops;
    \tscenario->op = "domain";
    }
    """

  static let checkQuiet = """
    /* An operation is over: all that the driver was called for was checked */
    static void check_quiet(struct kunit *test)
    {
    \tstruct scenario *scenario = test->priv;

    \tKUNIT_EXPECT_EQ_MSG(test, scenario->nr_syncs, scenario->nr_checked,
    \t\t\t    "calls of iotlb_sync(): %s", scenario->op);
    \tscenario->nr_syncs = 0;
    \tscenario->nr_checked = 0;
    }
    """

  static let begin = """
    static void begin(struct kunit *test, const char *op)
    {
    \tstruct scenario *scenario = test->priv;

    \tcheck_quiet(test);
    \tscenario->op = op;
    }
    """

  static let beginFree = """
    static void begin(struct kunit *test, const char *op)
    {
    \tstruct scenario *scenario = test->priv;

    \tscenario->nr_syncs = 0;
    \tscenario->op = op;
    }
    """
}
