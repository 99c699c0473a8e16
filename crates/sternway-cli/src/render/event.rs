//! What happened, one line per change, for people.

use sternway::{
    api::DeploymentView,
    types::{
        Applied, Commit, Deployment, Environment, Latch, LatchAction, MoveCause, Phase, PointCause,
        PointUse, PointerMove, PointerName, PolicySetting, Record, RecordChange, RollbackPoint,
        RollbackTrigger, Route, Shift, Version, VersionNumber,
    },
};

use super::{page::Page, style, symbols::Symbols};
use crate::format::visible;

/// Writes what a commit did.
pub(crate) fn write(commit: &Commit, page: &mut Page) {
    let reason = visible::line(commit.reason.as_str());
    let reason = if reason.is_empty() { String::new() } else { format!("  \"{reason}\"") };
    for (index, applied) in commit.applied.iter().enumerate() {
        // Why it was done is said once.
        let reason = if index == 0 { reason.as_str() } else { "" };
        let what = match applied {
            Applied::NamespaceCreated => format!("namespace {} created", commit.namespace),
            Applied::VersionAdded(version) => added(version),
            Applied::PointerMoved(moved) => move_in_words(moved, commit, page.symbols()),
            Applied::RecordChanged(change) => record(change),
        };
        let place = style::paint(style::DIM, format_args!("{} r{}", commit.at, commit.revision));
        let by = style::paint(style::DIM, visible::line(&commit.actor.to_string()));
        page.line(format_args!("{place}  {what}  {by}{reason}"));
    }
}

/// Where a deployment is, in words.
fn deployed(it: &Deployment) -> String {
    let view = DeploymentView::from(it);
    let members =
        it.members.iter().map(|member| format!("{} {}", member.artifact, it.candidate_of(member)));
    let members: Vec<_> = members.collect();
    let state = view.state.replace('_', " ");
    let step = match it.current() {
        Some(step) if !it.phase.is_over() && it.phase != Phase::Queued => {
            format!(", step {} of {}: {step}", view.step, view.steps.len())
        }
        _ => String::new(),
    };
    let starved = if it.starved { " (starved)" } else { "" };
    format!("deployment of {} in {} {state}{step}{starved}", members.join(", "), it.environment)
}

fn added(version: &Version) -> String {
    let name = style::paint(style::NAME, &version.artifact);
    format!("{name} {} published", version.number)
}

fn move_in_words(moved: &PointerMove, commit: &Commit, symbols: &Symbols) -> String {
    let name = style::paint(style::NAME, &moved.artifact);
    let versions = versions(moved.from, moved.to, symbols);
    let place = match &moved.name {
        PointerName::Environment(environment) => {
            style::paint(style::GOOD, format_args!("live in {environment}"))
        }
        PointerName::Label(label) => format!("label {label}"),
    };
    let cause = match &moved.cause {
        MoveCause::Published | MoveCause::Labelled | MoveCause::Unlabelled => String::new(),
        MoveCause::Promoted => ", promoted".into(),
        MoveCause::Deployed(_) => ", deployed".into(),
        MoveCause::Shifted(shift) => shifted(shift, commit),
        MoveCause::Undone(revision) => format!(", revision {revision} undone"),
        MoveCause::Restored(revision) => format!(", back to revision {revision}"),
        MoveCause::RolledBack(RollbackTrigger::Manual) => {
            style::paint(style::BAD, ", rolled back by hand")
        }
        MoveCause::RolledBack(RollbackTrigger::Policy(regression)) => {
            style::paint(style::BAD, format_args!(", rolled back: {regression}"))
        }
    };
    let forced = if moved.forced { ", forced" } else { "" };
    format!("{name}  {versions}  {place}{cause}{forced}")
}

/// What a candidate beside what is live gets since.
fn shifted(shift: &Shift, commit: &Commit) -> String {
    let Shift { deployment, candidate, weight, arms } = shift;
    let matched = commit.deployment(*deployment).and_then(|it| it.matched.as_ref());
    if let Some(by) = matched {
        return format!(", {candidate} beside it gets the runs with {by}");
    }
    if arms.is_empty() {
        return format!(", {candidate} beside it has {weight} of the runs");
    }
    let shares = arms.iter().map(|arm| format!("{} {}", arm.version, arm.weight));
    let shares = shares.collect::<Vec<_>>().join(", ");
    format!(", beside it {shares} of the runs")
}

fn pointed(point: &RollbackPoint) -> String {
    let (environment, revision) = (&point.environment, point.revision);
    match (&point.used, point.cause) {
        (Some(used), _) => {
            let how = match used.how {
                PointUse::Restored => "restored",
                PointUse::Emergency => "restored in an emergency",
            };
            format!("rollback point r{revision} of {environment} {how}")
        }
        (None, PointCause::ByHand) => format!("rollback point r{revision} of {environment} taken"),
        (None, PointCause::Before(_)) => {
            format!("rollback point r{revision} of {environment} taken before the deployment")
        }
    }
}

fn versions(from: Option<VersionNumber>, to: Option<VersionNumber>, symbols: &Symbols) -> String {
    let word = |version: Option<VersionNumber>| {
        version.map_or_else(|| "nothing".to_owned(), |version| version.to_string())
    };
    match from {
        Some(_) => format!("{} {} {}", word(from), symbols.arrow, word(to)),
        None => word(to),
    }
}

fn record(change: &RecordChange) -> String {
    let Some(after) = &change.after else {
        return visible::line(&format!("{} taken away", change.key)).into_owned();
    };
    let what = match after {
        Record::Namespace(settings) => {
            format!("settings: default environment {}", settings.default_environment)
        }
        Record::Environment(it) => environment(change.before.as_ref(), it),
        Record::Policy(policy) => match &policy.setting {
            PolicySetting::On(_) => format!("policy of {} set", policy.scope),
            PolicySetting::From(artifact) => {
                format!("policy of {} set to what is live of {artifact}", policy.scope)
            }
            PolicySetting::Off => format!("policy of {} turned off", policy.scope),
        },
        Record::Condemnation(it) => {
            format!("{} {} condemned in {}", it.artifact, it.version, it.environment)
        }
        Record::Attestation(it) => format!("{} {} attested: {}", it.artifact, it.version, it.name),
        Record::Latch(latch) => latched(latch),
        Record::Deployment(it) => deployed(it),
        Record::Point(it) => pointed(it),
        Record::Route(it) => routed(it),
        Record::Channel(it) => {
            let on: Vec<_> = it.parts().on.iter().map(|filter| filter.as_str()).collect();
            format!(
                "channel {} ({}) is told of {}",
                it.id(),
                it.parts().via.as_str(),
                on.join(", ")
            )
        }
        Record::Outbox(it) => {
            format!("channel {} was told {}, and goes on at {}", it.channel, it.told, it.next)
        }
        Record::Baseline(it) => {
            let (artifact, candidate, environment) = (&it.artifact, it.candidate, &it.environment);
            let (version, succeeded, runs) = (it.version, it.succeeded, it.known());
            format!(
                "{artifact} {candidate} in {environment} is held against {version}: {succeeded} of \
                 {runs} runs succeeded"
            )
        }
    };
    visible::line(&what).into_owned()
}

/// What became of an environment, or of its calendar.
fn environment(before: Option<&Record>, after: &Environment) -> String {
    let edges = match before {
        Some(Record::Environment(before)) => {
            let closed = before.opened_since(after).map(|window| format!("window {window} closed"));
            let opened = after.opened_since(before).map(|window| format!("window {window} opened"));
            closed.chain(opened).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    };
    match &after.frozen {
        _ if !edges.is_empty() => format!("environment {}: {edges}", after.id),
        Some(freeze) => format!("environment {} {freeze}", after.id),
        None => format!("environment {} set", after.id),
    }
}

/// Who has which share of the runs, and who waits.
fn routed(it: &Route) -> String {
    let (live, arms) = (it.live(), it.candidates().iter());
    let beside = arms.map(|arm| format!(", {} {}", arm.version, arm.weight));
    let copies = it.shadow().map(|arm| format!(", {} copies of {}", arm.version, arm.weight));
    let matched = it.matched().map(|it| format!(", {} what has {}", it.to, it.by));
    let queued = match it.queue().len() {
        0 => None,
        number => Some(format!(", {number} queued")),
    };
    let arms: String = beside.chain(copies).chain(matched).chain(queued).collect();
    format!("{} in {}: {} {}{arms}", it.artifact(), it.environment(), live.version, live.weight)
}

/// What was found of a version, and what followed.
fn latched(latch: &Latch) -> String {
    let then = match latch.action {
        LatchAction::RolledBack { to } => format!("back to {to}"),
        LatchAction::Halted => "no good version is left: a person must act".into(),
        LatchAction::OverBudget => {
            "the policy's rollbacks are used up for now: a person must act".into()
        }
        LatchAction::Paused { .. } => "its deployment waits: a person decides".into(),
        LatchAction::Notified => "the policy only says so: a person decides".into(),
        LatchAction::Shadowed => "the policy is on trial: nothing is done".into(),
        LatchAction::Withdrawn { .. } => "and gets no more runs".into(),
    };
    let (artifact, version, environment) = (&latch.artifact, latch.version, &latch.environment);
    format!("{artifact} {version} regressed in {environment}, {then}")
}
