//! Commits in words.

use sternway::types::{
    Applied, Attestation, Commit, Finding, MoveCause, PointerMove, Policy, PolicySetting, Record,
    RecordChange, RollbackTrigger, Shift, Version,
};

use super::words::{Said as _, check_result, latched, listed, proven};

/// A commit: what it is called and how the chain goes on, and then what it changed, line by line.
pub(super) fn lines(commit: &Commit) -> Vec<String> {
    let Commit { revision, at, actor, reason, undoes, changeset, fingerprint, chain, .. } = commit;
    let undoes = undoes.map(|it| format!(", takes back r{it}")).unwrap_or_default();
    let mut lines = vec![
        format!("r{revision} of {at} by {actor} {:?}{undoes}", reason.as_str()),
        format!("  {changeset}, {fingerprint}, chained to {chain}"),
    ];
    lines.extend(commit.applied.iter().map(|applied| format!("  {}", said(applied))));
    lines
}

fn said(applied: &Applied) -> String {
    match applied {
        Applied::NamespaceCreated => "the namespace begins".into(),
        Applied::VersionAdded(added) => format!("added {}", version(added)),
        Applied::PointerMoved(pointer) => moved(pointer),
        Applied::RecordChanged(change) => record_changed(change),
    }
}

/// All that a version says of itself.
pub(super) fn version(version: &Version) -> String {
    let Version { artifact, number, content, parents, author, authored_at, .. } = version;
    let mut facts = vec![
        format!("{artifact}@{number}"),
        format!("{} of {} bytes", content.kind, content.len),
        content.digest.to_string(),
        format!("made from {}", parents.said()),
        format!("by {author} at {authored_at}"),
        format!("in r{} of {} {:?}", version.revision, version.at, version.reason.as_str()),
    ];
    if !version.changelog.as_str().is_empty() {
        facts.push(format!("{:?}", version.changelog.as_str()));
    }
    facts.extend(version.semver.as_ref().map(|semver| format!("version {semver}")));
    let metadata = version.metadata.members();
    facts.extend(metadata.iter().map(|(name, value)| format!("{name} = {value}")));
    facts.extend(version.depends_on.iter().map(|artifact| format!("needs {artifact}")));
    facts.join(", ")
}

/// How a pointer moved.
pub(super) fn moved(moved: &PointerMove) -> String {
    let PointerMove { artifact, name, from, to, generation, by, revision, at, .. } = moved;
    let (from, to, cause) = (from.said(), to.said(), cause(&moved.cause));
    let forced = if moved.forced { ", forced" } else { "" };
    let place = format!("(generation {generation}, r{revision} of {at})");
    let why = moved.reason.as_str();
    format!("{name} of {artifact}: {from} → {to}, {cause}{forced} by {by} {why:?} {place}")
}

fn cause(cause: &MoveCause) -> String {
    match cause {
        MoveCause::Published => "published".into(),
        MoveCause::Promoted => "promoted".into(),
        MoveCause::RolledBack(RollbackTrigger::Manual) => "rolled back by hand".into(),
        MoveCause::RolledBack(RollbackTrigger::Policy(regression)) => {
            format!("rolled back by policy, {}", regression.said())
        }
        MoveCause::Labelled => "labelled".into(),
        MoveCause::Unlabelled => "label taken away".into(),
        MoveCause::Undone(revision) => format!("r{revision} undone"),
        MoveCause::Restored(revision) => format!("restored to r{revision}"),
        MoveCause::Shifted(Shift { deployment, candidate, weight, arms }) if arms.is_empty() => {
            format!("{candidate} beside it at {weight} by {deployment}")
        }
        MoveCause::Shifted(Shift { deployment, weight, arms, .. }) => {
            let arms = arms.iter().map(|arm| format!("{} at {}", arm.version, arm.weight));
            let arms = arms.collect::<Vec<_>>().join(", ");
            format!("{arms} beside it, {weight} in all, by {deployment}")
        }
        MoveCause::Deployed(deployment) => format!("deployed by {deployment}"),
    }
}

fn record_changed(change: &RecordChange) -> String {
    let RecordChange { key, before, after, generation } = change;
    let record = |record: &Option<Record>| record.as_ref().map_or("nothing".into(), record_said);
    format!("{key}: {} → {} (generation {generation})", record(before), record(after))
}

/// What a record says.
pub(super) fn record_said(record: &Record) -> String {
    match record {
        Record::Namespace(settings) => format!("by default {}", settings.default_environment),
        Record::Environment(environment) => format!("{:?}", environment.description),
        Record::Policy(policy) => match &policy.setting {
            PolicySetting::Off => "off".into(),
            PolicySetting::On(policy) => policy_said(policy),
            PolicySetting::From(artifact) => format!("what is live of {artifact}"),
        },
        Record::Condemnation(it) => format!("{} {:?}", it.version, it.reason.as_str()),
        Record::Attestation(attestation) => attested(attestation),
        Record::Latch(latch) => {
            let (verdict, action) = (proven(&latch.regression), latched(latch.action));
            format!("{} at {}, {action}: {verdict}", latch.version, latch.at)
        }
        Record::Baseline(it) => {
            let (candidate, version) = (it.candidate, it.version);
            let (succeeded, failed, errors) = (it.succeeded, it.failed, it.errors.counts());
            format!("{candidate} against {version}: {succeeded} ok, {failed} not, {errors:?}")
        }
        Record::Deployment(it) => it.said(),
        Record::Point(it) => it.said(),
        Record::Channel(it) => format!("{:?}", it.parts()),
        Record::Outbox(it) => format!("goes on at {}, told {}", it.next, it.told),
        Record::Route(it) => {
            let arms = it.arms().iter().map(|arm| format!("{} {}", arm.version, arm.weight));
            format!("{} at generation {} of {:?}", listed(arms), it.generation(), it.deployment())
        }
    }
}

fn policy_said(policy: &Policy) -> String {
    let rules = policy.rules().iter().map(ToString::to_string);
    let checks = policy.checks().iter().map(|check| format!("{check:?}"));
    let (activation, action) = (policy.activation(), policy.action());
    format!("{activation:?}, {action:?}, {}, checks {}", listed(rules), listed(checks))
}

fn attested(attestation: &Attestation) -> String {
    let found = match &attestation.finding {
        Finding::Check(result) => check_result(result),
        finding @ (Finding::Tests { .. }
        | Finding::Rating(_)
        | Finding::Status(_)
        | Finding::Other(_)) => format!("{finding:?}"),
    };
    format!("{found} by {} at {}", attestation.by, attestation.at)
}
