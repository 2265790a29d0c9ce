/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names that the functions of the debug build have beside those of the
 * production build: a file of C cannot define one name twice, so the compiler
 * says when one is missing here. The operations have their names from NS().
 */

/* pt_build.h */
#define pt_supported_features pt_supported_features_debug
#define pt_feature pt_feature_debug
#define pts_feature pts_feature_debug
#define pt_warn_on pt_warn_on_debug
#define pt_clear_entries pt_clear_entries_debug
#define pt_check_install_leaf_args pt_check_install_leaf_args_debug

/* pt_iter.h */
#define pt_check_range pt_check_range_debug
#define pt_index_to_va pt_index_to_va_debug
#define pt_entry_fully_covered pt_entry_fully_covered_debug
#define pt_va_to_index pt_va_to_index_debug
#define pt_range_to_index pt_range_to_index_debug
#define pt_range_to_end_index pt_range_to_end_index_debug
#define _pt_iter_first _pt_iter_first_debug
#define _pt_iter_load _pt_iter_load_debug
#define pt_next_entry pt_next_entry_debug
#define pt_load_single_entry pt_load_single_entry_debug
#define pt_init pt_init_debug
#define pt_init_top pt_init_top_debug
#define pt_enter_table pt_enter_table_debug
#define _pt_top_range _pt_top_range_debug
#define pt_top_range pt_top_range_debug
#define pt_all_range pt_all_range_debug
#define pt_make_range pt_make_range_debug
#define pt_descend pt_descend_debug
#define pt_walk_range pt_walk_range_debug
#define pt_walk_descend_all pt_walk_descend_all_debug
#define pt_top_memsize_lg2 pt_top_memsize_lg2_debug
#define pt_compute_best_pgsize pt_compute_best_pgsize_debug
#define pt_pgsz_count pt_pgsz_count_debug

/* pt_walk.h */
#define pt_visit_entries pt_visit_entries_debug

/* iommu_pt_lookup.h */
#define make_range_no_check make_range_no_check_debug
#define make_range make_range_debug
#define walk_to_entry walk_to_entry_debug

/* iommu_pt_gather.h */
#define flush_writes_range flush_writes_range_debug
#define flush_writes_item flush_writes_item_debug
#define gather_range gather_range_debug
#define gather_add_table gather_add_table_debug
#define gather_range_pages gather_range_pages_debug
#define collect_entry collect_entry_debug
#define __collect_tables __collect_tables_debug

/* iommu_pt_tables.h */
#define _table_alloc _table_alloc_debug
#define table_alloc_top table_alloc_top_debug
#define table_alloc table_alloc_debug
#define announce_link announce_link_debug
#define link_leads_to link_leads_to_debug
#define pt_iommu_new_table pt_iommu_new_table_debug
#define keep_tables keep_tables_debug
#define clear_contig_table clear_contig_table_debug
#define clear_contig clear_contig_debug

/* iommu_pt_map.h */
#define map_choose_leaves map_choose_leaves_debug
#define map_is_single_page map_is_single_page_debug
#define map_plan map_plan_debug
#define check_leaf_size check_leaf_size_debug
#define install_leaf install_leaf_debug
#define map_make_room map_make_room_debug
#define map_leaves map_leaves_debug
#define map_next_size map_next_size_debug
#define __map_range_leaf __map_range_leaf_debug
#define map_reach_table map_reach_table_debug
#define map_run_away map_run_away_debug
#define map_descend map_descend_debug
#define map_ascend map_ascend_debug
#define __map_range __map_range_debug
#define __map_single_page __map_single_page_debug
#define do_map do_map_debug

/* iommu_pt_top.h */
#define stack_top stack_top_debug
#define top_suffices top_suffices_debug
#define publish_top publish_top_debug
#define replace_top replace_top_debug
#define increase_top increase_top_debug
#define check_map_range check_map_range_debug

/* iommu_pt_sync_tables.h */
#define table_is_full table_is_full_debug
#define remove_full_table remove_full_table_debug
#define clear_pages clear_pages_debug
#define __unmap_syncing_tables __unmap_syncing_tables_debug
#define unmap_syncing_tables unmap_syncing_tables_debug

/* iommu_pt_unmap.h */
#define unmap_clear unmap_clear_debug
#define unmap_leaves unmap_leaves_debug
#define unmap_table unmap_table_debug
#define __unmap_range __unmap_range_debug
#define table_is_empty table_is_empty_debug
#define unmap_drops_table unmap_drops_table_debug

/* iommu_pt_dirty.h */
#define dirty_rest_of_leaf dirty_rest_of_leaf_debug
#define record_dirty record_dirty_debug
#define record_if_dirty record_if_dirty_debug
#define __read_and_clear_dirty __read_and_clear_dirty_debug

/* iommu_pt_init.h */
#define settle_features settle_features_debug
#define features_fit features_fit_debug
#define top_is_wide_enough top_is_wide_enough_debug
#define pt_init_common pt_init_common_debug
#define pt_iommu_init_domain pt_iommu_init_domain_debug
