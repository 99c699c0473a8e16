//! What an environment that is protected answers whoever goes forward there.

use std::collections::BTreeSet;

use sternway_store::Refusal;
use sternway_types::{
    Actor, Commit, Consent, Deployment, Environment, EnvironmentId, Force, Freeze, MoveCause,
    NewMove, Phase, PointerName, Reason, Record, RecordKey, Step, Timestamp, VersionNumber, Weight,
};

use super::history::History;

/// Whether a move overrules that others must agree, and why it must not be.
pub(super) fn forward(
    history: History<'_>,
    making: &Commit,
    new: &NewMove,
    from: Option<VersionNumber>,
    to: Option<VersionNumber>,
) -> (bool, Vec<Refusal>) {
    let PointerName::Environment(id) = &new.name else { return (false, Vec::new()) };
    let Some(environment) = of(history, id) else { return (false, Vec::new()) };
    let backward = match &new.cause {
        MoveCause::RolledBack(_)
        | MoveCause::Restored(_)
        | MoveCause::Shifted(_)
        | MoveCause::Labelled
        | MoveCause::Unlabelled => true,
        MoveCause::Undone(_) => to.zip(from).is_some_and(|(to, from)| to <= from),
        MoveCause::Published | MoveCause::Promoted | MoveCause::Deployed(_) => false,
    };
    if backward {
        return (false, Vec::new());
    }
    let mut problems: Vec<_> = frozen(&environment, making.at).into_iter().collect();
    let consent = environment.consent();
    let asks = !consent.is_nothing();
    let agreed = match &new.cause {
        MoveCause::Deployed(id) => {
            let key = RecordKey::deployment(&environment.id, *id);
            let deployment = history.record(&key).and_then(Record::into_deployment);
            deployment.is_some_and(|it| gives(&it, &consent, Timestamp::MIN))
        }
        MoveCause::Published
        | MoveCause::Promoted
        | MoveCause::RolledBack(_)
        | MoveCause::Labelled
        | MoveCause::Unlabelled
        | MoveCause::Undone(_)
        | MoveCause::Restored(_)
        | MoveCause::Shifted(_) => new.force == Force::Yes,
    };
    if asks && !agreed {
        problems.push(needs(&environment));
    }
    let deployed = matches!(new.cause, MoveCause::Deployed(_));
    (asks && agreed && !deployed, problems)
}

/// Why a deployment must not begin, or give its candidates more runs.
pub(super) fn deployed(
    history: History<'_>,
    making: &Commit,
    after: &Deployment,
    before: Option<&Deployment>,
) -> Vec<Refusal> {
    let Some(environment) = of(history, &after.environment) else { return Vec::new() };
    let waited = before.is_none_or(|before| before.phase == Phase::Queued);
    let begins = waited && after.phase == Phase::Running;
    let grows = before.is_some_and(|before| {
        let mut arms = after.split.iter().enumerate();
        after.weight > before.weight
            || after.shadow > before.shadow
            || after.matched.as_ref().is_some_and(|by| before.matched.as_ref() != Some(by))
            || arms.any(|(at, share)| before.split.get(at).is_none_or(|had| share > had))
    });
    let mut problems: Vec<_> =
        frozen(&environment, making.at).filter(|_| grows || begins).into_iter().collect();
    let mut asked = Vec::new();
    for step in after.plan.steps() {
        match step {
            Step::Approve(consent) => asked.push(consent),
            Step::SetWeight(weight) | Step::Shadow(weight) if *weight == Weight::ZERO => (),
            Step::SetWeight(_)
            | Step::Split(_)
            | Step::Shadow(_)
            | Step::HeaderRoute(_)
            | Step::GoLive => break,
            Step::Choose
            | Step::Analyze(_)
            | Step::Pause
            | Step::Probe(_)
            | Step::After(_)
            | Step::Bake(_) => (),
        }
    }
    let consent = environment.consent();
    let covered = consent.is_nothing() || asked.iter().any(|asked| asked.covers(&consent));
    if (begins || before.is_none()) && !covered {
        problems.push(needs(&environment));
    }
    let ran = before.is_some_and(Deployment::has_run);
    let passed = after.plan.steps().iter().take(usize::from(after.step)).filter_map(Step::asks);
    let late = |consent: &&Consent| !gives(after, consent, making.at);
    if before.is_some()
        && grows
        && !ran
        && let Some(consent) = passed.into_iter().find(late)
    {
        let approvals = after.lacks(consent, making.at).people;
        let approvals = u8::try_from(approvals).unwrap_or(u8::MAX);
        problems.push(Refusal::NeedsApproval { environment: environment.id.clone(), approvals });
    }
    problems
}

/// Why an environment must not be changed like this.
pub(super) fn looser(
    history: History<'_>,
    making: &Commit,
    after: &Environment,
) -> Option<Refusal> {
    let before = of(history, &after.id)?;
    let end = |environment: &Environment| match &environment.frozen {
        None => Timestamp::MIN,
        Some(freeze) => freeze.until.unwrap_or(Timestamp::MAX),
    };
    let thaws = end(&before) > making.at && end(after) < end(&before);
    let kept = |window| after.windows.iter().any(|it| it == window);
    let opens = before.windows.iter().any(|window| !kept(window) && !window.is_over(making.at));
    let looser = thaws || opens || !after.consent().covers(&before.consent());
    (looser && making.actor.is_automation())
        .then(|| Refusal::AutomationForces(making.actor.clone()))
}

fn of(history: History<'_>, id: &EnvironmentId) -> Option<Environment> {
    history.record(&RecordKey::environment(id)).and_then(Record::into_environment)
}

fn frozen(environment: &Environment, at: Timestamp) -> Option<Refusal> {
    let by_hand = environment.frozen.clone();
    let by_hand = by_hand.filter(|freeze| freeze.until.is_none_or(|until| until > at));
    let freeze = by_hand.or_else(|| by_calendar(environment, at))?;
    let (environment, freeze) = (environment.id.clone(), Box::new(freeze));
    Some(Refusal::Frozen { environment, freeze })
}

/// The freeze of the window that closes last, of those that are open.
fn by_calendar(environment: &Environment, at: Timestamp) -> Option<Freeze> {
    let open = environment.windows.iter().filter_map(|it| Some((it.open_at(at)?, it.name())));
    let (stretch, name) = open.max_by_key(|(stretch, _)| stretch.closes)?;
    Some(Freeze {
        by: Actor::sternway(),
        reason: Reason::default(),
        at: stretch.opens,
        until: Some(stretch.closes),
        window: Some(name.clone()),
    })
}

fn needs(environment: &Environment) -> Refusal {
    let (environment, approvals) = (environment.id.clone(), environment.consent().people());
    Refusal::NeedsApproval { environment, approvals }
}

/// Whether a consent was given at a moment: by each way of filling the roles, tried in turn.
fn gives(deployment: &Deployment, consent: &Consent, at: Timestamp) -> bool {
    let digest = deployment.digest();
    let fresh =
        |given: Timestamp| consent.expires.is_none_or(|length| at < given.saturating_add(length));
    let mut people: Vec<_> = deployment
        .approvals
        .iter()
        .filter(|it| it.plan == digest && !it.by.is_automation() && it.by != deployment.by)
        .filter(|it| fresh(it.at))
        .map(|it| &it.by)
        .collect();
    people.sort_unstable();
    people.dedup();
    let roles: Vec<_> = consent.roles.iter().map(|(_, able)| able).collect();
    people.len() >= usize::from(consent.quorum) && fills(&roles, &people)
}

fn fills(roles: &[&BTreeSet<Actor>], people: &[&Actor]) -> bool {
    let Some((role, others)) = roles.split_first() else { return true };
    people.iter().filter(|by| role.contains(**by)).any(|by| {
        let left: Vec<_> = people.iter().copied().filter(|it| it != by).collect();
        fills(others, &left)
    })
}
