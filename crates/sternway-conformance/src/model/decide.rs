//! What a changeset must be answered with.

use sternway_store::{Conflict, Contested, Floor, LastWrite, Refusal};
use sternway_types::{
    Applied, Change, Changeset, Commit, Digest, Force, Generation, MoveCause, NewMove, NewVersion,
    Parents, PointerMove, PointerName, Precondition, Receipt, Record, RecordKey, Revision, Target,
    Version, VersionNumber,
};

use super::{decide_record, history::History};

/// What a changeset must be answered with. Where more than one thing is wrong with it, any of them
/// may be said.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    /// It applies as this commit, whose chain nobody can foretell.
    Applies(Box<Commit>),
    /// It was applied before.
    Repeats(Receipt),
    /// It was applied before as this revision, which was let go.
    Gone(Revision),
    /// Its id was used before, for this revision.
    Reused(Revision),
    /// It lost a race.
    Conflicts(Vec<Conflict>),
    /// It would break an invariant.
    Refused(Vec<Refusal>),
}

/// Decides about a changeset, given what was committed and what was asked for before.
pub(super) fn decide(
    committed: &[Commit],
    requests: &[Changeset],
    changeset: &Changeset,
    floor: Option<Floor>,
) -> Expected {
    let history = History(committed);
    let first = committed.iter().find(|commit| commit.changeset == changeset.id);
    if let Some(first) = first {
        return if floor.is_some_and(|floor| first.revision < floor.revision) {
            Expected::Gone(first.revision)
        } else if !requests.contains(changeset) {
            Expected::Reused(first.revision)
        } else {
            Expected::Repeats(Receipt::from(first))
        };
    }
    if let Err(err) = changeset.check() {
        return Expected::Refused(vec![err.into()]);
    }
    let lost = changeset.preconditions.iter().filter_map(|one| conflict(history, one, floor));
    let lost: Vec<Conflict> = lost.collect();
    if !lost.is_empty() {
        return Expected::Conflicts(lost);
    }
    apply(committed, changeset)
}

fn conflict(
    history: History<'_>,
    precondition: &Precondition,
    floor: Option<Floor>,
) -> Option<Conflict> {
    let (contested, revision) = match precondition {
        Precondition::PointerAt { artifact, name, generation } => {
            let pointer = history.pointer(artifact, name);
            let found = pointer.as_ref().map_or(Generation::ZERO, |pointer| pointer.generation);
            let contested = Contested::Pointer {
                artifact: artifact.clone(),
                name: name.clone(),
                expected: *generation,
                found,
                version: pointer.as_ref().and_then(|pointer| pointer.version),
            };
            (found != *generation).then_some((contested, pointer.map(|it| it.revision)))
        }
        Precondition::LatestIs { artifact: id, version } => {
            let artifact = history.artifact(id);
            let found = artifact.as_ref().map(|artifact| artifact.latest);
            let contested = Contested::Latest { artifact: id.clone(), expected: *version, found };
            (found != *version).then_some((contested, artifact.map(|it| it.revision)))
        }
        Precondition::LatestDiffers { artifact: id, content } => {
            let newest = history.versions(id).into_iter().next_back()?;
            let contested = Contested::SameContent { artifact: id.clone(), version: newest.number };
            (newest.content == *content).then_some((contested, Some(newest.revision)))
        }
        Precondition::RecordAt { key, generation } => {
            let entry = history.entry(key);
            let found = entry.as_ref().map_or(Generation::ZERO, |entry| entry.generation);
            let contested = Contested::Record { key: key.clone(), expected: *generation, found };
            (found != *generation).then_some((contested, entry.map(|it| it.revision)))
        }
    }?;
    // A pointer's last move is never let go; of all else, only the commit says who wrote it.
    let of_pointer = matches!(contested, Contested::Pointer { .. });
    let kept =
        |revision: &Revision| of_pointer || floor.is_none_or(|floor| *revision >= floor.revision);
    let last = revision.filter(kept).and_then(|revision| history.find(revision));
    let last = last.map(|commit| LastWrite {
        revision: commit.revision,
        by: commit.actor.clone(),
        at: commit.at,
    });
    Some(Conflict { contested, last })
}

/// Applies the changes one after the other, so that each sees those before it.
fn apply(committed: &[Commit], changeset: &Changeset) -> Expected {
    let last = committed.last();
    let mut commits = committed.to_vec();
    let mut making = Commit {
        namespace: changeset.namespace.clone(),
        revision: last.map_or(Revision::ZERO, |commit| commit.revision).next(),
        at: last.map_or(changeset.at, |commit| commit.at.max(changeset.at)),
        changeset: changeset.id,
        fingerprint: changeset.fingerprint(),
        actor: changeset.actor.clone(),
        reason: changeset.reason.clone(),
        undoes: changeset.undoes,
        applied: Vec::new(),
        chain: Digest::ZERO,
    };
    let mut refusals = Vec::new();
    for change in &changeset.changes {
        commits.truncate(committed.len());
        commits.push(making.clone());
        let history = History(&commits);
        let applied = match change {
            Change::CreateNamespace => {
                Err(vec![Refusal::NamespaceExists(making.namespace.clone())])
            }
            Change::AddVersion(new) => add(history, &making, new),
            Change::MovePointer(new) => moved(history, &making, new),
            Change::PutRecord(record) => decide_record::put(history, &making, record),
            Change::DeleteRecord(key) => decide_record::delete(history, &making, key),
        };
        match applied {
            Ok(applied) => making.applied.push(applied),
            Err(problems) => refusals.extend(problems),
        }
    }
    if refusals.is_empty() {
        Expected::Applies(Box::new(making))
    } else {
        Expected::Refused(refusals)
    }
}

fn add(history: History<'_>, making: &Commit, new: &NewVersion) -> Result<Applied, Vec<Refusal>> {
    let latest = history.artifact(&new.artifact).map(|artifact| artifact.latest);
    let parents = match &new.parents {
        Parents::Latest => latest.into_iter().collect(),
        Parents::Exactly(parents) => parents.clone(),
    };
    let problems: Vec<_> = parents
        .iter()
        .filter_map(|parent| decide_record::missing(history, &new.artifact, *parent))
        .collect();
    let unknown = new.depends_on.iter().filter(|id| history.artifact(id).is_none());
    let unknown = unknown.map(|id| Refusal::NoArtifact(id.clone()));
    let problems: Vec<_> = problems.into_iter().chain(unknown).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Applied::VersionAdded(Box::new(Version {
        artifact: new.artifact.clone(),
        number: latest.map_or(VersionNumber::FIRST, VersionNumber::next),
        content: new.content.clone(),
        parents,
        author: new.author.clone().unwrap_or_else(|| making.actor.clone()),
        authored_at: new.authored_at.unwrap_or(making.at),
        reason: making.reason.clone(),
        changelog: new.changelog.clone(),
        semver: new.semver.clone(),
        metadata: new.metadata.clone(),
        depends_on: new.depends_on.clone(),
        at: making.at,
        revision: making.revision,
    })))
}

fn moved(history: History<'_>, making: &Commit, new: &NewMove) -> Result<Applied, Vec<Refusal>> {
    let (artifact, name) = (new.artifact.clone(), new.name.clone());
    let mut problems = Vec::new();
    if history.artifact(&artifact).is_none() {
        problems.push(Refusal::NoArtifact(artifact.clone()));
    }
    let pointer = history.pointer(&artifact, &name);
    let from = pointer.as_ref().and_then(|pointer| pointer.version);
    let to = match (new.to, &name) {
        (Target::Version(number), _) => {
            problems.extend(decide_record::missing(history, &artifact, number));
            Some(number)
        }
        (Target::Added, _) => {
            let added = making.applied.iter().find_map(|applied| {
                let Applied::VersionAdded(added) = applied else { return None };
                (added.artifact == artifact).then_some(added.number)
            });
            if added.is_none() {
                let (artifact, name) = (artifact.clone(), name.clone());
                problems.push(Refusal::NothingAdded { artifact, name });
            }
            added
        }
        (Target::Nothing, PointerName::Environment(_)) => {
            let (artifact, name) = (artifact.clone(), name.clone());
            problems.push(Refusal::NotALabel { artifact, name });
            None
        }
        (Target::Nothing, PointerName::Label(_)) => {
            if from.is_none() {
                let (artifact, name) = (artifact.clone(), name.clone());
                problems.push(Refusal::NoPointer { artifact, name });
            }
            None
        }
    };
    problems.extend(idle(new, from, to));
    let (forced, unfit) = fitness(history, making, new, to);
    problems.extend(unfit);
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Applied::PointerMoved(Box::new(PointerMove {
        artifact,
        name,
        from,
        to,
        generation: pointer.map_or(Generation::ZERO, |pointer| pointer.generation).next(),
        cause: new.cause.clone(),
        by: making.actor.clone(),
        reason: making.reason.clone(),
        forced,
        revision: making.revision,
        at: making.at,
    })))
}

/// Why a move must not be, that moves nothing, or moves what only is to be shared out anew.
fn idle(new: &NewMove, from: Option<VersionNumber>, to: Option<VersionNumber>) -> Option<Refusal> {
    let shifts = matches!(new.cause, MoveCause::Shifted(_));
    let version = to.filter(|to| (Some(*to) == from) != shifts)?;
    let (artifact, name) = (new.artifact.clone(), new.name.clone());
    Some(if shifts {
        Refusal::NotAShift { artifact, name, version }
    } else {
        Refusal::AlreadyThere { artifact, name, version }
    })
}

/// Whether a move overrides a condemnation, and why it must not.
fn fitness(
    history: History<'_>,
    making: &Commit,
    new: &NewMove,
    to: Option<VersionNumber>,
) -> (bool, Vec<Refusal>) {
    let mut problems = Vec::new();
    if new.force == Force::Yes && making.actor.is_automation() {
        problems.push(Refusal::AutomationForces(making.actor.clone()));
    }
    let PointerName::Environment(environment) = &new.name else { return (false, problems) };
    if history.record(&RecordKey::environment(environment)).is_none() {
        problems.push(Refusal::NoEnvironment(environment.clone()));
    }
    if matches!(new.cause, MoveCause::Shifted(_)) {
        return (false, problems);
    }
    let versions = history.versions(&new.artifact);
    let version = versions.into_iter().find(|version| Some(version.number) == to);
    let condemned = version.and_then(|version| {
        let digest = &version.content.digest;
        history.record(&RecordKey::condemnation(&new.artifact, environment, digest))
    });
    let Some((Record::Condemnation(it), version)) = condemned.zip(to) else {
        return (false, problems);
    };
    if new.force == Force::No {
        problems.push(Refusal::Condemned {
            artifact: new.artifact.clone(),
            version,
            environment: environment.clone(),
            reason: it.reason,
        });
    }
    (new.force == Force::Yes, problems)
}
