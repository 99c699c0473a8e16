//! Decides what callers asked for, and commits it: one after the other on top of each other, in one
//! durable write.
//!
//! The loop is: load, decide, commit. Who finds that what was loaded is not so any more begins again;
//! and so does who does not know whether a commit was made, since every changeset is found by its id.

use std::{collections::BTreeSet, time::Duration};

use serde::Deserialize;
use sternway_store::{Cause, StoreError, decide};
use sternway_types::{
    Change, Changeset, Commit, Digest, NamespaceId, Receipt, Revision, Timestamp,
};
use tokio::{sync::oneshot, time::Instant};

use super::{
    document::{Base, Made, document},
    ledger::Ledger,
    load::{Contents, load},
    needs::Needs,
};
use crate::{
    convert::digest,
    database::{Args, Database},
    error::Failure,
    rows::Hex,
    task::pause,
};

/// How long a group is tried again while the database does not answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a group that lost its race begins again.
const RACES: u32 = 1_000;

/// What is to be decided.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// A changeset, with its fingerprint.
    Commit(Box<Changeset>, Digest),
    /// Commits from elsewhere.
    Replay(Vec<Commit>),
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Receipt(Box<Receipt>),
    Replayed(usize),
}

impl Answer {
    /// The receipt of a changeset.
    pub(crate) fn into_receipt(self) -> Result<Receipt, StoreError> {
        match self {
            Self::Receipt(receipt) => Ok(*receipt),
            Self::Replayed(_) => Err(StoreError::Closed),
        }
    }

    /// How many commits of a replay were new.
    pub(crate) fn into_count(self) -> Result<usize, StoreError> {
        match self {
            Self::Replayed(new) => Ok(new),
            Self::Receipt(_) => Err(StoreError::Closed),
        }
    }
}

/// Something to be decided, and who waits for the answer.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) asked: Asked,
    pub(crate) reply: oneshot::Sender<Result<Answer, StoreError>>,
}

/// What the database says of a group that it committed.
#[derive(Deserialize)]
struct Committed {
    base: i64,
    ats: Vec<i64>,
    chains: Vec<Hex>,
}

/// What was decided of one job.
enum Decided {
    /// It wrote these commits of the group, by their places from 0, and is answered like this.
    Wrote(std::ops::Range<usize>, Answer),
    /// It wrote nothing.
    Told(Result<Answer, StoreError>),
}

impl Asked {
    fn need(&self, needs: &mut Needs) {
        match self {
            Self::Commit(changeset, _) => needs.of_changeset(changeset),
            Self::Replay(commits) => needs.of_replay(commits),
        }
    }

    /// Decides it on top of what was decided before; what it wrote is in the last layer.
    fn decide(&self, ledger: &mut Ledger, made: &mut Vec<Made>) -> Result<Answer, StoreError> {
        match self {
            Self::Commit(changeset, fingerprint) => {
                let commit = decide::commit(ledger, changeset, *fingerprint)?;
                let receipt = Receipt::from(&commit);
                if ledger.wrote(commit.revision) {
                    made.push(Made { commit, floating: floating(changeset) });
                }
                Ok(Answer::Receipt(Box::new(receipt)))
            }
            Self::Replay(commits) => {
                let new = decide::replay(ledger, commits)?;
                let commits = commits.iter().filter(|commit| ledger.wrote(commit.revision));
                let made_now = commits
                    .map(|commit| Made { commit: commit.clone(), floating: BTreeSet::new() });
                made.extend(made_now);
                Ok(Answer::Replayed(new))
            }
        }
    }
}

/// The artifacts whose versions are written when they are committed.
fn floating(changeset: &Changeset) -> BTreeSet<sternway_types::ArtifactId> {
    let floats = |change: &Change| match change {
        Change::AddVersion(new) if new.authored_at.is_none() => Some(new.artifact.clone()),
        Change::AddVersion(_)
        | Change::CreateNamespace
        | Change::MovePointer(_)
        | Change::PutRecord(_)
        | Change::DeleteRecord(_) => None,
    };
    changeset.changes.iter().filter_map(floats).collect()
}

/// Decides all jobs on one ledger; nothing if it turned out that more must be loaded first.
fn decide_all(
    jobs: &[&Asked],
    ledger: &mut Ledger,
    needs: &mut Needs,
) -> Option<(Vec<Decided>, Vec<Made>)> {
    let (mut decided, mut made, mut missed) = (Vec::new(), Vec::new(), false);
    for asked in jobs {
        let before = made.len();
        let answer = asked.decide(ledger, &mut made);
        if let Some(more) = ledger.take_missed() {
            needs.add(more);
            missed = true;
            made.truncate(before);
            ledger.take_back();
            continue;
        }
        match answer {
            Ok(answer) if made.len() > before => {
                ledger.keep();
                decided.push(Decided::Wrote(before..made.len(), answer));
            }
            answer => {
                ledger.take_back();
                decided.push(Decided::Told(answer));
            }
        }
    }
    (!missed).then_some((decided, made))
}

/// Says what would be answered, and writes nothing.
pub(crate) async fn rehearse(
    db: &Database,
    ns: &NamespaceId,
    asked: &Asked,
) -> Result<Answer, StoreError> {
    let mut needs = Needs::default();
    asked.need(&mut needs);
    loop {
        let loaded = load(db, ns, &needs, Contents::Assumed).await;
        let mut ledger = loaded.map_err(Failure::into_error)?;
        if let Some((mut decided, _)) = decide_all(&[asked], &mut ledger, &mut needs) {
            return match decided.pop() {
                Some(Decided::Wrote(_, answer)) => Ok(answer),
                Some(Decided::Told(answer)) => answer,
                None => Err(StoreError::Closed),
            };
        }
    }
}

/// Decides and commits; everybody is answered. Says how far the namespace came, if it did.
pub(crate) async fn commit(
    db: &Database,
    ns: &NamespaceId,
    mut jobs: Vec<Job>,
) -> Option<Revision> {
    let mut needs = Needs::default();
    jobs.iter().for_each(|job| job.asked.need(&mut needs));
    let (mut until, mut races, mut newest) = (Instant::now() + PATIENCE, 0, None);
    while !jobs.is_empty() {
        match attempt(db, ns, &jobs, &mut needs).await {
            Ok(Some(Attempt { answers, head })) => {
                newest = newest.max(head);
                jobs = answer(jobs, answers);
                until = Instant::now() + PATIENCE;
            }
            Ok(None) => {
                races += 1;
                if races > RACES {
                    fail(jobs, &StoreError::Unavailable(Cause::new("too many others write here")));
                    return newest;
                }
            }
            Err(Failure::Again(_) | Failure::Unknown(_)) if Instant::now() < until => {
                pause(Duration::from_millis(20)).await;
            }
            Err(failure) => {
                fail(jobs, &failure.into_error());
                return newest;
            }
        }
    }
    newest
}

fn fail(jobs: Vec<Job>, err: &StoreError) {
    // Who went away need not be told.
    jobs.into_iter().for_each(|job| drop(job.reply.send(Err(err.clone()))));
}

/// Answers those that have an answer, and gives back the others.
fn answer(jobs: Vec<Job>, answers: Vec<Option<Result<Answer, StoreError>>>) -> Vec<Job> {
    let mut left = Vec::new();
    for (job, answer) in jobs.into_iter().zip(answers) {
        match answer {
            Some(answer) => drop(job.reply.send(answer)),
            None => left.push(job),
        }
    }
    left
}

struct Attempt {
    /// Nothing for who must be decided again.
    answers: Vec<Option<Result<Answer, StoreError>>>,
    head: Option<Revision>,
}

/// Tries once. Answers with nothing if what was loaded was not so any more, or not enough.
async fn attempt(
    db: &Database,
    ns: &NamespaceId,
    jobs: &[Job],
    needs: &mut Needs,
) -> Result<Option<Attempt>, Failure> {
    let mut ledger = load(db, ns, needs, Contents::Required).await?;
    let asked: Vec<_> = jobs.iter().map(|job| &job.asked).collect();
    let Some((decided, made)) = decide_all(&asked, &mut ledger, needs) else { return Ok(None) };
    if made.is_empty() {
        if decided.iter().any(|decided| matches!(decided, Decided::Told(Ok(_)))) {
            settle(db, ns).await?;
        }
        let answers = decided.into_iter().map(|decided| match decided {
            Decided::Told(answer) => Some(answer),
            Decided::Wrote(_, answer) => Some(Ok(answer)),
        });
        return Ok(Some(Attempt { answers: answers.collect(), head: None }));
    }
    let replays = |(asked, decided): (&&Asked, &Decided)| {
        matches!((asked, decided), (Asked::Replay(_), Decided::Wrote(..)))
    };
    let base = if asked.iter().zip(&decided).any(replays) { Base::Exact } else { Base::Any };
    let begin = ledger.loaded.head.as_ref().map_or(Revision::ZERO, |head| head.revision);
    let document = document(ns, &ledger, &made, base).map_err(Failure::Store)?;
    let committed = db.call_function::<Committed>("commit_group", &document.to_string()).await?;
    let Some(committed) = committed else { return Ok(None) };
    let moved = u64::try_from(committed.base).ok() != Some(begin.get());
    let answers = decided.into_iter().map(|decided| match decided {
        // It rests on revisions that are others now.
        Decided::Told(_) if moved => None,
        Decided::Told(answer) => Some(answer),
        Decided::Wrote(places, answer) => Some(numbered(&committed, places, answer)),
    });
    let head =
        u64::try_from(committed.base).ok().map(|base| Revision::new(base + made.len() as u64));
    Ok(Some(Attempt { answers: answers.collect(), head }))
}

/// Waits until what is there is durable, so that it may be answered that it is.
async fn settle(db: &Database, ns: &NamespaceId) -> Result<(), Failure> {
    let args = Args::default().with(ns.to_string());
    db.call::<bool>("SELECT {s}.settle($1)", args).await.map(drop)
}

/// The answer with the numbers that the database gave.
fn numbered(
    committed: &Committed,
    places: std::ops::Range<usize>,
    answer: Answer,
) -> Result<Answer, StoreError> {
    let Answer::Receipt(mut receipt) = answer else { return Ok(answer) };
    let place = places.start;
    let missing = || crate::error::corrupt("a commit", "the database did not number it");
    let at = committed.ats.get(place).copied().ok_or_else(missing)?;
    let chain = committed.chains.get(place).ok_or_else(missing)?;
    let base = u64::try_from(committed.base).map_err(|_| missing())?;
    receipt.revision = Revision::new(base + place as u64 + 1);
    receipt.at = Timestamp::from_micros(at);
    receipt.chain = digest(&|| "a commit".into(), chain)?;
    Ok(Answer::Receipt(receipt))
}
