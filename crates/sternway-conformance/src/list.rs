//! The lists of cases. A case that is not in its list is dead code, and does not compile.

/// Tells another macro every case of a store, by the clause it belongs to.
#[doc(hidden)]
#[macro_export]
macro_rules! __store_cases {
    ($($callback:tt)*) => {
        $($callback)* ! {
            as_of {
                a_read_at_a_revision_sees_that_state,
                a_read_at_a_time_sees_the_last_revision_until_then,
                before_the_beginning_there_is_nothing,
                a_revision_that_is_not_yet_there_is_refused,
                every_read_sees_the_past,
                the_past_ends_where_it_ends,
                nothing_is_written_to_the_past,
                a_commit_is_found_by_its_changeset,
            }
            atomic {
                a_changeset_applies_as_a_whole,
                a_refused_changeset_leaves_no_trace,
                a_conflicting_changeset_leaves_no_trace,
                a_malformed_changeset_is_refused,
                a_conflict_is_found_before_a_refusal,
            }
            cancelled {
                an_abandoned_commit_is_there_as_a_whole_or_not_at_all,
                abandoned_commits_of_many_callers_do_no_harm,
                an_abandoned_append_counts_all_or_nothing,
            }
            closed {
                a_closed_store_says_so,
                work_that_was_begun_is_ended,
            }
            compacted {
                nothing_below_the_floor_can_be_asked_for,
                everything_from_the_floor_on_is_as_it_was,
                the_floor_goes_up_and_never_above_the_head,
                a_rehearsed_compaction_says_what_goes_and_lets_nothing_go,
                a_changeset_that_was_let_go_is_not_applied_again,
                a_rollback_finds_every_version_that_was_live,
                writers_and_readers_beside_it_see_whole_states,
                an_end_in_the_middle_is_gone_on_with,
                a_flipped_bit_is_named_when_the_past_is_gone,
                a_store_that_was_made_smaller_is_the_same,
            }
            condemned {
                a_condemned_content_is_refused,
                a_person_may_force_a_condemned_content,
                a_force_that_overrides_nothing_is_not_recorded,
                automation_may_not_force,
                a_condemnation_has_the_digest_of_its_version,
                a_condemned_content_stays_fit_elsewhere,
                another_version_with_the_same_content_is_condemned_too,
                a_rollback_moves_and_condemns_in_one_changeset,
                a_pardon_takes_the_mark_away,
            }
            consistent {
                readers_see_a_release_whole_or_not_at_all,
                a_read_sees_what_was_acknowledged_before,
                a_count_is_seen_when_it_was_acknowledged,
                all_reads_agree,
            }
            contents {
                an_unknown_content_is_refused,
                a_content_is_named_as_what_it_was_written,
                a_content_is_read_back_byte_for_byte,
                a_content_is_durable_when_the_commit_that_names_it_is,
                writing_a_content_again_does_nothing,
                racing_writers_may_write_the_same_content,
            }
            contents_near {
                a_hint_changes_no_answer,
                near_contents_are_read_back_byte_for_byte,
                racing_writers_may_name_each_other,
                the_largest_content_is_read_back,
                what_nobody_named_is_whole_or_not_there,
            }
            counted {
                an_outcome_counts_once_by_its_id,
                the_answer_has_the_tallies_before,
                a_tally_follows_the_outcomes_own_times,
                a_time_in_the_future_is_taken_back_to_the_arrival,
                every_part_of_an_outcome_is_kept,
                what_was_measured_adds_up,
                pairs_add_up_whatever_their_order,
                what_rules_go_on_from_stays_with_what_was_judged,
                whose_runs_failed_adds_up_whatever_their_order,
                a_stay_keeps_its_outcomes_after_it_ended,
                racing_appends_count_every_outcome_once,
            }
            dense {
                version_numbers_of_an_artifact_are_dense,
                revisions_of_a_namespace_are_dense,
                what_is_refused_uses_up_no_number,
                racing_publishers_get_dense_numbers,
            }
            deployed {
                one_deployment_at_a_time_moves_an_artifact,
                a_route_is_of_a_deployment_under_way_at_the_pointers_generation,
                a_route_stays_until_the_end,
                a_shift_moves_nothing,
                outcomes_of_a_candidate_count_in_its_generation,
                what_a_deployment_does_is_frozen,
                a_deployment_waits_for_nothing_that_it_moves_itself,
                an_end_is_an_end,
                a_condemned_candidate_gets_no_share,
            }
            durable {
                an_acknowledged_write_survives_a_restart,
                an_acknowledged_write_survives_the_end_of_the_process,
                the_last_write_before_the_end_survives_it,
                a_reopened_store_goes_on_where_it_ended,
                an_end_in_the_middle_of_writing_loses_nothing_acknowledged,
            }
            experiment {
                every_candidate_of_an_experiment_has_its_share,
                a_candidate_that_is_out_gets_no_runs,
                nothing_goes_live_that_nobody_chose,
            }
            followed {
                watchers_see_every_revision_once_in_order,
                waiting_ends_when_there_is_a_newer_revision,
                waiting_for_what_came_long_ago_needs_no_commit,
                a_watcher_goes_on_where_it_stopped,
                waiting_ends_when_the_store_is_closed,
            }
            grouped {
                many_callers_keep_their_own_verdicts,
                appends_beside_commits_keep_their_own_verdicts,
            }
            guarded {
                pointers_name_versions_that_exist,
                environments_exist_before_anything_is_live_there,
                parents_exist,
                dependencies_exist,
                dependents_are_those_of_the_newest_versions,
                a_pointer_is_not_moved_to_where_it_is,
                only_labels_are_taken_away,
            }
            idempotent {
                a_repeated_changeset_is_answered_with_the_first_receipt,
                the_same_id_with_another_body_is_an_error,
                the_id_of_a_refused_changeset_may_be_used_again,
                racing_repeats_apply_once,
            }
            immutable {
                a_version_never_changes,
                a_version_is_what_was_published,
                what_nobody_said_comes_from_the_commit,
            }
            judged {
                what_nobody_judged_is_listed,
                a_judged_mark_never_goes_back,
                a_mark_travels_with_outcomes,
                a_mark_of_an_unknown_subject_makes_nothing,
            }
            limits {
                a_page_of_none_is_empty,
                a_page_has_no_more_than_was_asked_for,
                a_huge_limit_is_held,
                prefixes_narrow_a_page,
                what_is_not_there_is_answered_with_nothing,
                a_short_digest_finds_all_that_begin_like_it,
            }
            locked {
                a_stale_generation_conflicts_and_says_why,
                a_pointer_that_was_never_set_is_at_generation_zero,
                a_conflict_on_the_newest_version_says_why,
                a_conflict_on_the_same_content_says_why,
                a_conflict_on_a_record_says_why,
                a_generation_grows_when_a_pointer_goes_back,
                a_generation_grows_when_a_label_is_taken_away,
                a_generation_grows_when_a_record_is_taken_away,
            }
            matched {
                others_agree_before_a_candidate_has_what_matches,
                a_condemned_candidate_has_nothing_that_matches,
            }
            modelled {
                a_random_story_is_answered_as_the_model_says,
            }
            monotone {
                times_never_go_backwards,
                each_namespace_has_times_of_its_own,
                times_at_the_edges_are_kept,
            }
            namespaces {
                an_unknown_namespace_is_said_to_be_unknown,
                a_namespace_is_created_once,
                namespaces_are_listed_by_name,
                namespaces_do_not_see_each_other,
            }
            protected {
                where_it_is_frozen_nothing_goes_forward,
                where_it_is_frozen_everything_goes_back,
                a_freeze_ends_when_it_says,
                while_a_window_is_open_nothing_goes_forward,
                others_agree_before_anything_goes_forward,
                roles_are_filled_and_what_is_too_old_does_not_count,
                a_person_overrules_that_others_must_agree,
                only_a_person_protects_less,
            }
            noted {
                how_far_others_were_is_noted_with_a_failure,
                a_rehearsal_says_what_would_be_noted,
                whoever_races_every_failure_is_noted_once,
            }
            opened {
                a_run_is_opened_once_by_its_id,
                an_outcome_ends_its_run,
                runs_are_listed_by_when_they_are_due,
                two_that_close_a_run_count_it_once,
                a_run_of_what_does_not_exist_refuses_its_whole_append,
                a_rehearsal_opens_nothing,
            }
            pointed {
                a_point_names_a_revision_and_an_environment_that_are_there,
                nothing_of_a_point_changes_but_that_it_was_used,
                a_point_may_be_let_go,
            }
            queued {
                who_waits_keeps_their_place,
                nobody_begins_before_their_turn,
                a_route_that_somebody_waits_for_is_not_taken_away,
                who_is_next_begins_from_what_is_live_by_then,
                who_waits_does_not_go_forward_and_begins_only_where_that_is_allowed,
                a_race_of_an_end_and_a_queue_loses_nobody,
            }
            raced {
                one_of_many_racers_moves_the_pointer,
                no_update_is_lost_between_racers,
            }
            records {
                a_record_is_what_was_written_last,
                several_records_are_read_as_each_of_them_is,
                records_of_every_kind_are_read_back,
                records_are_about_what_exists,
                what_belongs_to_history_stays,
                only_what_is_there_is_taken_away,
            }
            refused_outcomes {
                a_malformed_outcome_refuses_its_whole_batch,
                an_outcome_of_what_never_was_refuses_its_whole_batch,
                too_many_outcomes_are_refused,
            }
            rehearsed {
                a_rehearsal_answers_like_the_commit_and_writes_nothing,
                a_rehearsal_knows_what_was_committed_before,
                a_rehearsal_needs_no_contents,
                a_rehearsed_append_is_answered_like_the_append,
                a_rehearsal_that_is_closed_leaves_the_store_open,
                a_store_that_rehearses_writes_nothing,
            }
            replayed {
                a_feed_gives_the_same_chain_elsewhere,
                a_history_has_the_same_chain_under_another_name,
                a_repeated_changeset_is_answered_after_a_replay,
                what_is_there_already_is_passed_over,
                a_commit_of_another_history_is_refused,
                a_commit_that_is_not_next_is_refused,
                a_commit_that_comes_to_something_else_is_refused,
                a_replay_needs_its_contents,
                a_rehearsed_replay_applies_nothing,
                racing_replays_apply_once,
            }
            stable {
                pages_of_a_history_are_stable,
                pages_of_artifacts_are_stable,
                pages_of_an_environment_are_stable,
                pages_of_a_past_environment_are_stable,
                pages_of_versions_by_digest_are_stable,
                pages_of_pointers_are_stable,
            }
            stable_logs {
                pages_of_moves_are_stable,
                pages_of_records_are_stable,
                pages_of_the_feed_are_stable,
                pages_of_outcomes_are_stable,
                pages_of_what_is_unjudged_are_stable,
                pages_of_subjects_are_stable,
            }
            told {
                a_place_in_the_feed_is_of_a_channel_that_is_there,
                a_channel_is_taken_away_after_its_place,
                automation_never_goes_back,
            }
            trees {
                a_tree_is_refused_while_a_file_is_missing,
                a_file_of_another_size_is_not_the_file,
                a_listing_is_a_tree_only_when_it_was_written_as_one,
                a_tree_and_its_files_are_there_again,
            }
            verified {
                a_sound_store_verifies,
                the_chain_leads_from_receipts_to_the_head,
                a_flipped_bit_anywhere_is_named,
                writers_and_readers_do_not_disturb_it,
            }
        }
    };
}

/// Tells another macro every case of an ordered map.
#[doc(hidden)]
#[macro_export]
macro_rules! __kv_cases {
    ($($callback:tt)*) => {
        $($callback)* ! {
            any_bytes {
                an_empty_value_is_a_value,
                keys_have_one_to_a_thousand_bytes,
                values_have_many_sizes,
                a_value_may_be_large,
            }
            atomic {
                a_new_map_is_empty,
                a_batch_writes_replaces_and_takes_away,
                taking_away_what_is_not_there_does_nothing,
                an_empty_batch_does_nothing,
                readers_see_whole_batches_while_one_writes,
            }
            durable {
                what_was_committed_is_there_again,
                many_commits_are_there_again,
                what_is_written_unsynced_is_there_at_once_and_with_the_next_commit,
                a_sound_map_passes_its_own_check,
                a_map_that_was_made_smaller_holds_the_same,
            }
            isolated {
                a_snapshot_never_changes,
                a_snapshot_may_be_read_on_another_thread,
                a_snapshot_holds_nobody_up,
                many_threads_may_read_a_snapshot_at_once,
            }
            ordered {
                keys_stand_in_the_order_of_their_bytes,
                a_range_has_its_first_key_and_not_its_last,
                a_visitor_may_break,
                a_random_map_reads_like_a_sorted_one,
            }
        }
    };
}
