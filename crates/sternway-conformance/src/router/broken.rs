//! The suite passes on a router that keeps its promises, and sees each one that does not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{
    memory::{Fault, Memory},
    router_cases,
};

mod exact {
    crate::router_suite!(crate::router::memory::Memory::EXACT);
}

mod coarse {
    crate::router_suite!(crate::router::memory::Memory::COARSE);
}

/// The case must say that it was broken, and by its name.
fn must_be_caught(name: &str, case: impl FnOnce(Memory), fault: Fault) {
    // One that is able to do everything refuses nothing.
    let sound = match fault {
        Fault::Rounds | Fault::DropsArms | Fault::TakesTheGeneration => Memory::COARSE,
        Fault::RefusesRepeats
        | Fault::GoesBack
        | Fault::TakesWhatItRefuses
        | Fault::ComparesDigits
        | Fault::LooksAndWrites
        | Fault::AnswersFromMemory
        | Fault::ForgetsTheDeployment
        | Fault::MakesUpARoute
        | Fault::Boasts
        | Fault::MixesArtifacts
        | Fault::MixesEnvironments
        | Fault::AnswersEarly
        | Fault::SharesEvenly
        | Fault::HasAGap
        | Fault::IgnoresHeaders
        | Fault::ForgetsTheMatch
        | Fault::Revives
        | Fault::ForgetsTheWithdrawal
        | Fault::KeepsTheLast
        | Fault::StaysBusy => Memory::EXACT,
    };
    let broken = Memory { fault: Some(fault), ..sound };
    let told = catch_unwind(AssertUnwindSafe(|| case(broken)));
    let Err(panic) = told else { panic!("{name} does not see that a router {fault:?}") };
    let words = panic.downcast_ref::<String>().expect("what the case says");
    assert!(words.starts_with(&format!("the router breaks {name}: ")), "{words}");
}

macro_rules! caught {
    ($($fault:ident by $subject:ident::$case:ident: $test:ident;)*) => {
        $(#[test]
        fn $test() {
            let name = concat!(stringify!($subject), "::", stringify!($case));
            must_be_caught(name, router_cases::$subject::$case, Fault::$fault);
        })*
    };
}

caught! {
    RefusesRepeats by idempotent::a_route_that_is_applied_twice_is_there_once:
        a_router_that_refuses_repeats_is_caught;
    RefusesRepeats by idempotent::racing_drivers_may_apply_the_same_route:
        a_router_that_refuses_racing_repeats_is_caught;
    GoesBack by forward::an_older_route_is_refused_and_changes_nothing:
        a_router_that_goes_back_is_caught;
    TakesWhatItRefuses by forward::an_older_route_is_refused_and_changes_nothing:
        a_router_that_takes_what_it_refuses_is_caught;
    ComparesDigits by forward::a_newer_route_replaces_an_older_one:
        a_router_that_compares_digits_is_caught;
    LooksAndWrites by forward::the_newest_of_racing_routes_stays:
        a_router_that_looks_and_then_writes_is_caught;
    AnswersFromMemory by read_back::every_driver_sees_what_is_in_force:
        a_router_that_answers_from_memory_is_caught;
    ForgetsTheDeployment by read_back::every_part_of_a_route_is_read_back:
        a_router_that_forgets_the_deployment_is_caught;
    MakesUpARoute by read_back::there_is_no_route_before_the_first:
        a_router_that_makes_up_a_route_is_caught;
    Rounds by capable::a_weight_is_exact_or_refused:
        a_router_that_rounds_is_caught;
    DropsArms by capable::as_many_arms_as_it_says_and_no_more:
        a_router_that_drops_arms_is_caught;
    TakesTheGeneration by capable::what_is_refused_changes_nothing:
        a_router_that_takes_the_generation_of_what_it_refuses_is_caught;
    Boasts by capable::after_a_restart_it_knows_what_it_says:
        a_router_that_says_that_it_survives_is_caught;
    MixesArtifacts by apart::artifacts_do_not_disturb_each_other:
        a_router_that_mixes_artifacts_is_caught;
    MixesEnvironments by apart::environments_do_not_disturb_each_other:
        a_router_that_mixes_environments_is_caught;
    AnswersEarly by acknowledged::requests_after_the_answer_go_by_the_new_route:
        a_router_that_answers_early_is_caught;
    AnswersEarly by acknowledged::a_version_of_weight_zero_gets_no_request_any_more:
        a_router_that_stops_late_is_caught;
    SharesEvenly by acknowledged::requests_are_shared_by_weight:
        a_router_that_shares_evenly_is_caught;
    HasAGap by whole::every_request_has_a_version_while_routes_change:
        a_router_with_a_gap_is_caught;
    IgnoresHeaders by matched::requests_that_match_go_to_the_candidate_and_no_others:
        a_router_that_ignores_headers_is_caught;
    ForgetsTheMatch by matched::what_matches_is_read_back_or_refused:
        a_router_that_forgets_the_match_is_caught;
    Revives by withdrawn::what_revives_it_is_refused_and_changes_nothing:
        a_router_that_revives_what_was_withdrawn_is_caught;
    Revives by withdrawn::it_stays_whoever_races:
        a_router_that_revives_in_a_race_is_caught;
    ForgetsTheWithdrawal by withdrawn::all_requests_go_to_one_version_and_it_says_why:
        a_router_that_forgets_a_withdrawal_is_caught;
    KeepsTheLast by withdrawn::the_first_withdrawal_stays:
        a_router_that_keeps_the_last_withdrawal_is_caught;
    StaysBusy by free_to_drop::a_call_that_was_dropped_can_be_made_again:
        a_router_that_stays_busy_is_caught;
}
