//! The suite can fail: stores that break one promise each, and the case that must say so.

mod faults;
mod store;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use async_trait::async_trait;
use sternway_store::{MemoryKv, Store, StoreError};

use self::store::Broken;
use crate::{Harness, KvHarness, Place, store_cases};

/// What a store does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Takes every changeset for a new one.
    RepeatsApplyAgain,
    /// Does not look at preconditions.
    DropsPreconditions,
    /// Says who won a race, but not who that was.
    ForgetsWhoWrote,
    /// Keeps what came before the change that it refuses.
    AppliesHalf,
    /// Commits, and loses what was committed last when it is not closed.
    AnswersEarly,
    /// Lets programs do what only people may.
    LetsAutomationForce,
    /// Takes every outcome for a new one.
    CountsTwice,
    /// Counts outcomes, and does not add up what was measured of them.
    DropsMeasurements,
    /// Says of what was noted with a failure how it is now.
    NotesThePresent,
    /// Leaves out a revision now and then.
    SkipsARevision,
    /// Answers with the present when it is asked for the past.
    ForgetsThePast,
    /// Reads an environment in several steps.
    ReadsInParts,
    /// Gives one caller's answer to another.
    MixesUpReceipts,
    /// Takes the commits of a history from elsewhere for new changesets.
    ReplaysAsItsOwn,
    /// Takes a tree without looking for its files.
    TakesTreesInPart,
    /// Looks at nothing and finds nothing.
    VerifiesBlindly,
    /// Goes on with what is left where what was asked for was let go.
    SkipsWhatWent,
    /// Lets go of what it was asked to keep.
    LetsGoOfTooMuch,
    /// Applies a changeset again that was let go.
    AppliesWhatWent,
    /// Says that it let go, and did not.
    LetsGoOfNothing,
    /// Answers with the content that another one was said to resemble.
    TakesTheHint,
    /// Begins a deployment beside another one, without a route of its own.
    DeploysBeside,
    /// Says yes to whoever overtakes those that wait for their turn.
    Overtakes,
    /// Takes down what protects an environment as if it said nothing.
    ProtectsNothing,
}

struct BrokenHarness {
    sound: KvHarness,
    fault: Fault,
}

#[async_trait]
impl Harness for BrokenHarness {
    async fn place(&self) -> Arc<dyn Place> {
        Arc::new(BrokenPlace { sound: self.sound.place().await, fault: self.fault })
    }

    fn stories(&self) -> u64 {
        crate::STORIES
    }
}

struct BrokenPlace {
    sound: Arc<dyn Place>,
    fault: Fault,
}

#[async_trait]
impl Place for BrokenPlace {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(Broken::new(self.sound.open().await?, self.fault)))
    }

    async fn kill(&self, store: Arc<dyn Store>) {
        // The place waits for the sound store within when it is opened again.
        drop(store);
    }

    async fn damage(&self, seed: u64) -> String {
        self.sound.damage(seed).await
    }

    async fn mend(&self) {
        self.sound.mend().await;
    }
}

fn with(fault: Fault) -> BrokenHarness {
    let sound = KvHarness::new(|| {
        let map = MemoryKv::new();
        move || Ok(map.clone())
    });
    BrokenHarness { sound, fault }
}

/// The case must say that it was broken, and by its name.
fn must_be_caught(name: &str, case: impl FnOnce(BrokenHarness), fault: Fault) {
    let told = catch_unwind(AssertUnwindSafe(|| case(with(fault))));
    let Err(panic) = told else { panic!("{name} does not see that a store {fault:?}") };
    let words = panic.downcast_ref::<String>().expect("what the case says");
    assert!(words.starts_with(&format!("the store breaks {name}: ")), "{words}");
}

macro_rules! caught {
    ($($fault:ident by $subject:ident::$case:ident: $test:ident;)*) => {
        $(#[test]
        fn $test() {
            let name = concat!(stringify!($subject), "::", stringify!($case));
            must_be_caught(name, store_cases::$subject::$case, Fault::$fault);
        })*
    };
}

caught! {
    RepeatsApplyAgain by idempotent::a_repeated_changeset_is_answered_with_the_first_receipt:
        a_store_that_applies_a_repeated_changeset_again_is_caught;
    RepeatsApplyAgain by idempotent::racing_repeats_apply_once:
        a_store_that_applies_racing_repeats_again_is_caught;
    DropsPreconditions by locked::a_stale_generation_conflicts_and_says_why:
        a_store_without_locks_is_caught;
    DropsPreconditions by raced::one_of_many_racers_moves_the_pointer:
        a_store_without_locks_is_caught_in_a_race;
    ForgetsWhoWrote by locked::a_stale_generation_conflicts_and_says_why:
        a_store_that_forgets_who_wrote_is_caught;
    AppliesHalf by atomic::a_refused_changeset_leaves_no_trace:
        a_store_that_applies_half_is_caught;
    AnswersEarly by durable::the_last_write_before_the_end_survives_it:
        a_store_that_answers_before_it_is_durable_is_caught;
    LetsAutomationForce by condemned::automation_may_not_force:
        a_store_that_lets_automation_force_is_caught;
    CountsTwice by counted::an_outcome_counts_once_by_its_id:
        a_store_that_counts_twice_is_caught;
    DropsMeasurements by counted::what_was_measured_adds_up:
        a_store_that_drops_measurements_is_caught;
    NotesThePresent by noted::how_far_others_were_is_noted_with_a_failure:
        a_store_that_notes_the_present_is_caught;
    SkipsARevision by followed::watchers_see_every_revision_once_in_order:
        a_store_that_skips_a_revision_is_caught;
    ForgetsThePast by as_of::a_read_at_a_revision_sees_that_state:
        a_store_that_forgets_the_past_is_caught;
    ReadsInParts by consistent::readers_see_a_release_whole_or_not_at_all:
        a_store_that_reads_in_parts_is_caught;
    MixesUpReceipts by grouped::many_callers_keep_their_own_verdicts:
        a_store_that_mixes_up_receipts_is_caught;
    ReplaysAsItsOwn by replayed::a_feed_gives_the_same_chain_elsewhere:
        a_store_that_replays_a_history_as_its_own_is_caught;
    TakesTreesInPart by trees::a_tree_is_refused_while_a_file_is_missing:
        a_store_that_takes_a_tree_without_its_files_is_caught;
    TakesTreesInPart by trees::a_file_of_another_size_is_not_the_file:
        a_store_that_takes_a_file_of_another_size_is_caught;
    TakesTheHint by contents_near::a_hint_changes_no_answer:
        a_store_that_takes_a_hint_for_the_content_is_caught;
    TakesTheHint by contents_near::near_contents_are_read_back_byte_for_byte:
        a_store_that_mixes_up_near_contents_is_caught;
    VerifiesBlindly by verified::a_flipped_bit_anywhere_is_named:
        a_store_that_verifies_blindly_is_caught;
    SkipsWhatWent by compacted::nothing_below_the_floor_can_be_asked_for:
        a_store_that_skips_what_went_is_caught;
    LetsGoOfTooMuch by compacted::everything_from_the_floor_on_is_as_it_was:
        a_store_that_lets_go_of_too_much_is_caught;
    LetsGoOfTooMuch by compacted::a_rehearsed_compaction_says_what_goes_and_lets_nothing_go:
        a_store_that_lets_go_of_more_than_it_says_is_caught;
    AppliesWhatWent by compacted::a_changeset_that_was_let_go_is_not_applied_again:
        a_store_that_applies_what_went_is_caught;
    LetsGoOfNothing by compacted::nothing_below_the_floor_can_be_asked_for:
        a_store_that_lets_go_of_nothing_is_caught;
    DeploysBeside by deployed::one_deployment_at_a_time_moves_an_artifact:
        a_store_that_deploys_two_at_a_time_is_caught;
    DeploysBeside by deployed::a_route_stays_until_the_end:
        a_store_that_begins_before_the_end_is_caught;
    Overtakes by queued::nobody_begins_before_their_turn:
        a_store_in_which_who_waits_is_overtaken_is_caught;
    Overtakes by queued::who_waits_keeps_their_place:
        a_store_that_forgets_who_waits_is_caught;
    ProtectsNothing by protected::where_it_is_frozen_nothing_goes_forward:
        a_store_that_lets_frozen_things_move_is_caught;
    ProtectsNothing by protected::while_a_window_is_open_nothing_goes_forward:
        a_store_that_knows_no_calendar_is_caught;
    ProtectsNothing by protected::others_agree_before_anything_goes_forward:
        a_store_that_asks_nobody_is_caught;
    LetsAutomationForce by protected::a_person_overrules_that_others_must_agree:
        a_store_that_lets_a_program_overrule_people_is_caught;
    // The model finds what the other cases find, without having been told what to look for.
    RepeatsApplyAgain by modelled::a_random_story_is_answered_as_the_model_says:
        the_model_sees_that_a_changeset_was_applied_again;
    DropsPreconditions by modelled::a_random_story_is_answered_as_the_model_says:
        the_model_sees_that_there_are_no_locks;
    AppliesHalf by modelled::a_random_story_is_answered_as_the_model_says:
        the_model_sees_that_half_was_applied;
    AnswersEarly by modelled::a_random_story_is_answered_as_the_model_says:
        the_model_sees_that_an_answer_came_early;
    CountsTwice by modelled::a_random_story_is_answered_as_the_model_says:
        the_model_sees_that_an_outcome_was_counted_twice;
    DropsMeasurements by modelled::a_random_story_is_answered_as_the_model_says:
        the_model_sees_that_measurements_were_dropped;
    NotesThePresent by modelled::a_random_story_is_answered_as_the_model_says:
        the_model_sees_that_the_present_was_noted;
    ForgetsThePast by modelled::a_random_story_is_answered_as_the_model_says:
        the_model_sees_that_the_past_was_forgotten;
    SkipsWhatWent by modelled::a_random_story_is_answered_as_the_model_says:
        the_model_sees_that_what_went_was_skipped;
    LetsGoOfTooMuch by modelled::a_random_story_is_answered_as_the_model_says:
        the_model_sees_that_too_much_was_let_go;
    AppliesWhatWent by modelled::a_random_story_is_answered_as_the_model_says:
        the_model_sees_that_what_went_was_applied_again;
}
