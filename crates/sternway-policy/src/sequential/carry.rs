//! What rules that follow the order of a log go on from, beside the tally that they are judged by.

use sternway_types::{Carried, Digest, Outcome, Tally};

use super::Test;

/// The numbers of a rule that stand where the tally does.
pub(crate) fn of(tally: &Tally, name: Digest) -> Option<&Carried> {
    let outcomes = tally.total();
    tally.carried().iter().find(|it| it.rule == name && it.outcomes == outcomes)
}

/// Whether the numbers of a rule stand elsewhere than the tally does, or are missing.
pub(crate) fn is_behind(tally: &Tally, name: Digest) -> bool {
    tally.total() > 0 && of(tally, name).is_none()
}

/// Takes the numbers of a rule along by the outcome that was just added to the tally. Numbers that stood
/// elsewhere before are of no use, and stay behind.
pub(crate) fn take_along(test: &Test, name: Digest, tally: &mut Tally, outcome: &Outcome) {
    let before = tally.total().saturating_sub(1);
    let carried = tally.carried_mut();
    if before == 0 {
        carried.retain(|it| it.rule != name);
        if carried.len() < Carried::MAX {
            carried.push(Carried { rule: name, outcomes: 0, bits: Vec::new() });
        }
    }
    if let Some(own) = carried.iter_mut().find(|it| it.rule == name && it.outcomes == before) {
        test.step(own, outcome);
    }
}
