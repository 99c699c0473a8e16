//! What the small numbers of a step stand for, in the state in which it is taken.

use std::{collections::BTreeSet, time::Duration};

use sternway_store::Append;
use sternway_types::{
    Answered, ArtifactId, Assigned, Bucket, Change, Changeset, Content, ContentRef, Digest,
    Environment, EnvironmentId, Freeze, FreezeWindow, Generation, LabelId, NamespaceSettings,
    OpenRun, Outbox, Outcome, OutcomeId, OutcomeStatus, Parents, PointerName, Policy, PolicyRecord,
    PolicyScope, PolicySetting, Precondition, Record, Revision, Roles, Score, Subject, Target,
    Timestamp, VersionNumber,
};

use super::{
    counts::Counts,
    deploying,
    history::History,
    operation::{
        AppendSketch, Lock, Operation, OutcomeSketch, PointerSketch, RecordSketch, VERSIONS,
    },
    pointing,
};
use crate::{
    everything::Topics,
    must::{parsed, there},
    world::{
        Client, alice, artifact, attestation, baseline, channel, condemnation, environment, failed,
        force, generation, greeting, label, latch, live, move_to, pointer_at, production,
        put_channel, put_deployment, put_outbox, put_point, put_route, reason, record_at, robot,
        staging, succeeded, tests_passed, text, unlabel, version,
    },
};

/// Small numbers stand for what stories are mostly about.
fn artifact_of(number: u8) -> ArtifactId {
    match number {
        0..=2 => greeting(),
        3 => artifact("prompts/greeting-2"),
        _ => artifact("tools/search"),
    }
}

fn environment_of(number: u8) -> EnvironmentId {
    match number {
        0..=3 => production(),
        4 | 5 => staging(),
        6 => environment("lab"),
        _ => environment("nowhere"),
    }
}

fn pointer_of(sketch: PointerSketch) -> (ArtifactId, PointerName) {
    let name = match sketch.name {
        8 => label("stable"),
        9 => label("next"),
        number => live(&environment_of(number)),
    };
    (artifact_of(sketch.artifact), name)
}

/// One of an artifact's versions, or the one that comes next for the last of the numbers.
pub(super) fn version_of(history: History<'_>, id: &ArtifactId, number: u8) -> VersionNumber {
    let versions = history.versions(id).len() as u64;
    match u64::from(number).checked_rem(versions) {
        Some(place) if number < VERSIONS - 1 => version(place + 1),
        _ => version(versions + 1),
    }
}

/// The contents that stories are about.
pub(super) fn content_of(number: u8) -> Content {
    text(&format!("content {number}").repeat(1 + 60 * usize::from(number)))
}

/// How many contents there are.
pub(super) const CONTENTS: u8 = 4;

/// The generation that a lock asks for.
fn locked(lock: Lock, found: Generation) -> Option<Generation> {
    match lock {
        Lock::Open => None,
        Lock::Right => Some(found),
        // Where nothing is before it, what is asked for is another one all the same.
        Lock::Stale => Some(generation(found.get().checked_sub(1).unwrap_or(7))),
        Lock::Ahead => Some(found.next()),
    }
}

fn pointer_lock(
    history: History<'_>,
    lock: Lock,
    id: &ArtifactId,
    name: &PointerName,
) -> Option<Precondition> {
    let found = history.pointer(id, name).map_or(Generation::ZERO, |pointer| pointer.generation);
    locked(lock, found).map(|at| pointer_at(id, name, at))
}

fn version_lock(
    history: History<'_>,
    lock: Lock,
    id: &ArtifactId,
    content: ContentRef,
) -> Option<Precondition> {
    let latest = history.artifact(id).map(|artifact| artifact.latest);
    let artifact = id.clone();
    match lock {
        Lock::Open => None,
        Lock::Right => Some(Precondition::LatestIs { artifact, version: latest }),
        Lock::Stale => Some(Precondition::LatestIs { artifact, version: None }),
        Lock::Ahead => Some(Precondition::LatestDiffers { artifact, content }),
    }
}

/// Mostly, nothing protects it.
fn protected(id: EnvironmentId, how: u8) -> Environment {
    let until = match how {
        0 => Some(None),
        1 => Some(Some(Timestamp::MAX)),
        2 => Some(Some(Timestamp::EPOCH)),
        _ => None,
    };
    let at = Timestamp::EPOCH;
    let frozen =
        until.map(|until| Freeze { by: alice(), reason: reason(""), at, until, window: None });
    let window = match how {
        4 => Some("always: UTC 1970-01-01T00:00 FREQ=DAILY for 24h"),
        5 => Some("once: UTC 1970-01-01T00:00 for 1h"),
        _ => None,
    };
    let windows = window.map(|it| Vec::from([parsed::<FreezeWindow>(it)]));
    let windows = there(windows.unwrap_or_default().try_into().ok(), "windows");
    let mut approvers = Roles::none();
    if how == 6 {
        let able = BTreeSet::from([parsed("human:bob")]);
        there(approvers.set(parsed("security"), able).ok(), "role");
    }
    let expires = (how == 6).then(|| Duration::from_secs(60));
    Environment {
        approvers,
        approvals_expire: expires,
        windows,
        approvals: u8::from(how == 3),
        frozen,
        ..Environment::new(id)
    }
}

fn policy_of(scope: u8, setting: u8) -> Record {
    let scope = match scope {
        0 => PolicyScope::Namespace,
        1 => PolicyScope::Collection(parsed("prompts")),
        2 => PolicyScope::Artifact(greeting()),
        3 => PolicyScope::Environment(production()),
        _ => PolicyScope::Environment(environment("nowhere")),
    };
    let setting = match setting {
        0 => PolicySetting::Off,
        1 => PolicySetting::On(Policy::default()),
        artifact => PolicySetting::From(artifact_of(artifact)),
    };
    Record::Policy(PolicyRecord { scope, setting })
}

fn record_of(history: History<'_>, sketch: RecordSketch) -> Record {
    let change = match sketch {
        RecordSketch::Environment { id, protection } => {
            return Record::Environment(protected(environment_of(id.min(6)), protection));
        }
        RecordSketch::Settings { environment } => {
            let default_environment = environment_of(environment);
            return Record::Namespace(NamespaceSettings { default_environment });
        }
        RecordSketch::Policy { scope, setting } => return policy_of(scope, setting),
        RecordSketch::Condemnation { artifact, environment, version } => {
            let id = artifact_of(artifact);
            let number = version_of(history, &id, version);
            let versions = history.versions(&id);
            let named = versions.iter().find(|version| version.number == number);
            let digest = named.map_or(Digest::ZERO, |version| version.content.digest);
            condemnation(&id, &environment_of(environment), number, digest)
        }
        RecordSketch::Attestation { artifact, version, name } => {
            let name: LabelId = parsed(&format!("test-{name}"));
            let finding = tests_passed(u64::from(version));
            let id = artifact_of(artifact);
            attestation(&id, version_of(history, &id, version), name.as_str(), finding)
        }
        RecordSketch::Latch { artifact, environment, generation: stay, version } => {
            let stay = generation(u64::from(stay));
            let (id, environment) = (artifact_of(artifact), environment_of(environment));
            latch(&id, &environment, stay, version_of(history, &id, version))
        }
        RecordSketch::Baseline { artifact, environment, generation: stay, version, against } => {
            let stay = generation(u64::from(stay));
            let (id, environment) = (artifact_of(artifact), environment_of(environment));
            let versions = [version, against].map(|number| version_of(history, &id, number));
            baseline(&id, &environment, stay, versions)
        }
        RecordSketch::Deployment { id, artifact, environment, version, turn } => {
            let to = (artifact_of(artifact), environment_of(environment), version);
            put_deployment(&deploying::deployment_of(history, id, to, turn))
        }
        RecordSketch::Point { id, environment, back, used } => {
            put_point(&pointing::point_of(history, id, &environment_of(environment), back, used))
        }
        RecordSketch::Route { id, artifact, environment, version, percent } => {
            let to = (artifact_of(artifact), environment_of(environment), version);
            put_route(deploying::route_of(history, id, to, percent))
        }
        RecordSketch::Channel { id, environment } => {
            put_channel(&channel(id), (environment > 2).then(|| environment_of(environment)))
        }
        RecordSketch::Outbox { id, revision } => {
            put_outbox(&Outbox::after(channel(id), Revision::new(u64::from(revision))))
        }
    };
    let Change::PutRecord(record) = change else { panic!("no record: {change:?}") };
    *record
}

fn parents_of(history: History<'_>, id: &ArtifactId, parents: Option<&[u8]>) -> Parents {
    parents.map_or(Parents::Latest, |parents| {
        let parents = parents.iter().map(|parent| version_of(history, id, *parent));
        Parents::Exactly(parents.collect())
    })
}

/// A changeset that does nothing yet. Some say that they take the newest revision back.
fn plain(client: &Client, history: History<'_>) -> Changeset {
    let newest = history.0.last().map(|commit| commit.revision);
    let undoes = newest.filter(|newest| newest.get().is_multiple_of(3));
    Changeset { undoes, ..client.changeset() }
}

/// The changeset that a step asks for; nothing if it is no changeset. Contents that it names are
/// written.
pub(super) async fn changeset(
    client: &Client,
    history: History<'_>,
    requests: &[Changeset],
    operation: &Operation,
) -> Option<Changeset> {
    let plain = plain(client, history);
    let (condition, changeset) = match operation {
        Operation::Publish { artifact, content, parents, depends_on, lock } => {
            let (id, content) = (artifact_of(*artifact), content_of(*content));
            let mut add = client.add(&id, &content).await;
            if let Change::AddVersion(new) = &mut add {
                new.parents = parents_of(history, &id, parents.as_deref());
                new.depends_on.extend(depends_on.map(artifact_of));
            }
            (version_lock(history, *lock, &id, content.reference()), plain.then(add))
        }
        Operation::Release { contents, environment, lock } => {
            let name = live(&environment_of(*environment));
            let mut release = plain;
            for (number, content) in (2..).zip(contents) {
                let add = client.add(&artifact_of(number), &content_of(*content)).await;
                release = release.then(add);
                release = release.then(move_to(&artifact_of(number), &name, Target::Added));
            }
            (pointer_lock(history, *lock, &greeting(), &name), release)
        }
        Operation::Move { pointer, to, lock, automation, force: forced } => {
            let (id, name) = pointer_of(*pointer);
            let to = Target::Version(version_of(history, &id, *to));
            let change = if *forced { force(&id, &name, to) } else { move_to(&id, &name, to) };
            let mut changeset = plain.then(change);
            if *automation {
                changeset.actor = robot();
            }
            (pointer_lock(history, *lock, &id, &name), changeset)
        }
        Operation::Unlabel { pointer, lock } => {
            let (id, name) = pointer_of(*pointer);
            (pointer_lock(history, *lock, &id, &name), plain.then(unlabel(&id, &name)))
        }
        Operation::Put { record, lock } | Operation::Delete { record, lock } => {
            let record = record_of(history, *record);
            let key = record.key();
            let found = history.entry(&key).map_or(Generation::ZERO, |entry| entry.generation);
            let condition = locked(*lock, found).map(|at| record_at(&key, at));
            let change = if matches!(operation, Operation::Put { .. }) {
                Change::PutRecord(Box::new(record))
            } else {
                Change::DeleteRecord(key)
            };
            (condition, plain.then(change))
        }
        Operation::Repeat { which, altered } => {
            let which = usize::from(*which).checked_rem(requests.len())?;
            let mut again = requests.get(which)?.clone();
            if *altered {
                again.reason = reason("altered");
            }
            (None, again)
        }
        Operation::Append { .. } | Operation::Compact { .. } => return None,
    };
    Some(condition.into_iter().fold(changeset, Changeset::when))
}

/// An outcome with what was measured of it, more or less of it.
fn measured(sketch: OutcomeSketch, outcome: Outcome) -> Outcome {
    let number = f64::from(sketch.status) * 0.1 - 2.0;
    let score = |number: f64| there(Score::new(number).ok(), "score");
    // Enough names that a tally cannot keep all of them.
    let names = (0..sketch.id).step_by(5).map(|name| format!("score {name} {}", sketch.subject));
    Outcome {
        duration: sketch
            .id
            .is_multiple_of(2)
            .then(|| Duration::from_micros(u64::from(sketch.status))),
        cost: sketch.id.is_multiple_of(3).then(|| score(number.abs())),
        scores: names.map(|name| (name, score(number))).collect(),
        beside: match sketch.id % 3 {
            0 => None,
            1 => Some(Answered::Failed),
            _ => Some(Answered::Succeeded),
        },
        assigned: assigned(sketch),
        ..outcome
    }
}

fn assigned(sketch: OutcomeSketch) -> Option<Assigned> {
    match sketch.id % 4 {
        0 | 1 => None,
        2 => Some(Assigned::Chance),
        _ => Some(Assigned::Key(Bucket::of(sketch.id.into()))),
    }
}

/// The append that a step asks for.
pub(super) fn append(
    client: &Client,
    history: History<'_>,
    counts: &Counts,
    AppendSketch { outcomes, openings, mark, noting }: &AppendSketch,
) -> Append {
    let mut subjects: Vec<Subject> = Topics::of(history.0).subjects.into_iter().collect();
    // The last one never was: no pointer has moved that often.
    subjects.push(Subject {
        artifact: greeting(),
        environment: production(),
        version: version(1),
        generation: generation(1_000_000),
    });
    let subject = |number: u8| {
        // The last one is named by the greatest number only.
        let place = usize::from(number).checked_rem(subjects.len() - 1).unwrap_or_default();
        let place = if number == u8::MAX { subjects.len() - 1 } else { place };
        there(subjects.get(place), "subject").clone()
    };
    let now = client.now();
    let ended = |sketch: &OutcomeSketch| {
        // A second, a minute, an hour or a day apart: what is kept by time is cut through.
        let step = [1, 60, 3_600, 86_400].into_iter().cycle().nth(usize::from(sketch.id));
        let seconds = i64::from(sketch.ago) * step.unwrap_or(1);
        Timestamp::from_micros(now.as_micros() - seconds * 1_000_000)
    };
    let name = |sketch: &OutcomeSketch| format!("outcome {}", sketch.id);
    let outcome = |sketch: &OutcomeSketch| {
        let (name, subject, at) = (name(sketch), subject(sketch.subject), ended(sketch));
        match sketch.status {
            0..=30 => measured(*sketch, succeeded(&name, &subject, at)),
            31..=55 => measured(*sketch, failed(&name, &subject, at)),
            56..=62 => {
                Outcome::new(OutcomeId::from_name(&name), subject, at, OutcomeStatus::Unknown)
            }
            _ => Outcome { cost: Score::new(-1.0).ok(), ..succeeded(&name, &subject, at) },
        }
    };
    let append = Append::new(client.ns.clone(), now, outcomes.iter().map(outcome).collect());
    let opening = |append: Append, sketch: &OutcomeSketch| {
        let due = ended(sketch);
        append.opening(OpenRun {
            id: OutcomeId::from_name(&name(sketch)),
            subject: subject(sketch.subject),
            opened: due.saturating_sub(Duration::from_secs(u64::from(sketch.status))),
            due,
            assigned: assigned(*sketch),
        })
    };
    let append = openings.iter().fold(append, opening);
    let log = |of: Subject| (of.version, of.generation);
    let append = noting.iter().fold(append, |append, (number, others)| {
        append.noting(subject(*number), others.iter().map(|it| log(subject(*it))).collect())
    });
    match mark {
        Some((number, len)) => {
            let subject = subject(*number);
            let tally = counts.prefix(&subject, usize::from(*len));
            append.judged(subject, tally)
        }
        None => append,
    }
}
