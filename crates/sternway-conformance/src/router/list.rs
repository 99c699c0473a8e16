//! The list of cases. A case that is not in it is dead code, and does not compile.

/// Tells another macro every case of a router, by the clause it belongs to.
#[doc(hidden)]
#[macro_export]
macro_rules! __router_cases {
    ($($callback:tt)*) => {
        $($callback)* ! {
            acknowledged {
                requests_after_the_answer_go_by_the_new_route,
                a_version_of_weight_zero_gets_no_request_any_more,
                requests_are_shared_by_weight,
            }
            apart {
                artifacts_do_not_disturb_each_other,
                environments_do_not_disturb_each_other,
            }
            capable {
                a_weight_is_exact_or_refused,
                as_many_arms_as_it_says_and_no_more,
                what_is_refused_changes_nothing,
                after_a_restart_it_knows_what_it_says,
            }
            forward {
                an_older_route_is_refused_and_changes_nothing,
                a_newer_route_replaces_an_older_one,
                the_newest_of_racing_routes_stays,
            }
            free_to_drop {
                a_call_that_was_dropped_can_be_made_again,
            }
            idempotent {
                a_route_that_is_applied_twice_is_there_once,
                racing_drivers_may_apply_the_same_route,
            }
            matched {
                requests_that_match_go_to_the_candidate_and_no_others,
                what_matches_is_read_back_or_refused,
            }
            read_back {
                there_is_no_route_before_the_first,
                every_part_of_a_route_is_read_back,
                every_driver_sees_what_is_in_force,
            }
            whole {
                every_request_has_a_version_while_routes_change,
            }
            withdrawn {
                all_requests_go_to_one_version_and_it_says_why,
                what_revives_it_is_refused_and_changes_nothing,
                what_goes_back_or_is_another_matter_takes_its_place,
                the_first_withdrawal_stays,
                whoever_knows_the_router_alone_can_do_so,
                it_stays_whoever_races,
            }
        }
    };
}
