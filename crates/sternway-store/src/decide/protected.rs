//! What protects an environment: nothing goes forward where it is frozen, or where others must agree
//! first. Going back is never stopped.

use sternway_types::{
    Deployment, Environment, Force, MoveCause, NewMove, Phase, Record, RecordKey, Timestamp,
    VersionNumber,
};

use super::{State, changeset::Making, recorded::person};
use crate::{Refusal, StoreError};

/// Refuses a move that goes forward where nothing may. Says whether a person overruled that others
/// must agree.
pub(super) fn may_go_forward<S: State>(
    making: &Making<'_, S>,
    environment: &Environment,
    new: &NewMove,
    from: Option<VersionNumber>,
    to: VersionNumber,
) -> Result<bool, StoreError> {
    if !goes_forward(&new.cause, from, to) {
        return Ok(false);
    }
    thawed(making, environment)?;
    let consent = environment.consent();
    if consent.is_nothing() {
        return Ok(false);
    }
    if let MoveCause::Deployed(id) = &new.cause {
        let key = RecordKey::deployment(&environment.id, *id);
        let entry = making.state.record(making.ns(), &key)?;
        let deployment = entry.and_then(|entry| entry.record).and_then(Record::into_deployment);
        // What was fresh enough for the first runs is so for the last ones.
        if deployment.is_some_and(|it| it.lacks(&consent, Timestamp::MIN).is_nothing()) {
            return Ok(false);
        }
    } else if new.force == Force::Yes {
        return Ok(true);
    }
    Err(needs_approval(environment))
}

/// Whether a move brings something new: what was there before may always come back.
fn goes_forward(cause: &MoveCause, from: Option<VersionNumber>, to: VersionNumber) -> bool {
    match cause {
        MoveCause::Published | MoveCause::Promoted | MoveCause::Deployed(_) => true,
        // Who undoes a rollback goes forward again.
        MoveCause::Undone(_) => from.is_none_or(|from| to > from),
        MoveCause::RolledBack(_)
        | MoveCause::Restored(_)
        | MoveCause::Labelled
        | MoveCause::Unlabelled
        | MoveCause::Shifted(_) => false,
    }
}

/// Refuses a deployment that begins, or gives its candidates more runs, where nothing may go forward. To wait
/// for a turn is neither.
pub(super) fn may_deploy<S: State>(
    making: &Making<'_, S>,
    environment: &Environment,
    after: &Deployment,
    before: Option<&Deployment>,
) -> Result<(), StoreError> {
    let waited = before.is_none_or(|before| before.phase == Phase::Queued);
    let begins = waited && after.phase == Phase::Running;
    if begins || before.is_some_and(|before| after.has_more_than(before)) {
        thawed(making, environment)?;
    }
    if (begins || before.is_none()) && !after.plan.asks_first(&environment.consent()) {
        return Err(needs_approval(environment));
    }
    match before {
        Some(before) if after.has_more_than(before) && !before.has_run() => {
            let lacking = after.lacks_by_now(making.at);
            lacking.map_or(Ok(()), |lacking| Err(lacks(environment, lacking.people)))
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses an environment that protects less than before, unless a person says so.
pub(super) fn may_loosen<S: State>(
    making: &Making<'_, S>,
    after: &Environment,
    before: Option<&Record>,
) -> Result<(), StoreError> {
    match before {
        Some(Record::Environment(before)) if after.is_laxer_than(before, making.at) => {
            person(making)
        }
        _ => Ok(()),
    }
}

fn thawed<S>(making: &Making<'_, S>, environment: &Environment) -> Result<(), StoreError> {
    match environment.freeze_at(making.at) {
        Some(freeze) => {
            Err(Refusal::Frozen { environment: environment.id.clone(), freeze: Box::new(freeze) }
                .into())
        }
        None => Ok(()),
    }
}

fn needs_approval(environment: &Environment) -> StoreError {
    lacks(environment, environment.consent().people().into())
}

fn lacks(environment: &Environment, people: usize) -> StoreError {
    let approvals = u8::try_from(people).unwrap_or(u8::MAX);
    Refusal::NeedsApproval { environment: environment.id.clone(), approvals }.into()
}
