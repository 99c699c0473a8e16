//! What each fault does to the calls that it spoils.

use std::time::Duration;

use sternway_store::{
    Append, Appended, Compaction, Limit, Noted, Refusal, Report, StoreError, Tallies,
};
use sternway_types::{
    ActorKind, ArtifactId, At, Change, Changeset, ChangesetId, Commit, ContentKind, Digest,
    EnvironmentId, Force, Measurements, NamespaceId, OutcomeId, Pointer, Receipt, Record,
    RecordKind, Revision, Subject, Timestamp,
};
use tokio::time::timeout;

use super::{Fault, store::Broken};
use crate::world::alice;

/// Commits, as the fault has it.
pub(super) async fn commit(broken: &Broken, changeset: &Changeset) -> Result<Receipt, StoreError> {
    let mut spoilt = changeset.clone();
    match broken.fault {
        Fault::RepeatsApplyAgain => spoilt.id = new_id(broken),
        Fault::DropsPreconditions => spoilt.preconditions.clear(),
        Fault::LetsAutomationForce if forces(changeset) => spoilt.actor = alice(),
        Fault::AnswersEarly => {
            let receipt = broken.looked_at().await.rehearse(changeset).await?;
            broken.keep_back(changeset.clone());
            return Ok(receipt);
        }
        Fault::ProtectsNothing => spoilt.changes.iter_mut().for_each(unprotect),
        Fault::TakesTreesInPart => spoilt.changes.iter_mut().for_each(take_for_json),
        Fault::ForgetsWhoWrote
        | Fault::AppliesHalf
        | Fault::LetsAutomationForce
        | Fault::CountsTwice
        | Fault::DropsMeasurements
        | Fault::SkipsARevision
        | Fault::ForgetsThePast
        | Fault::ReadsInParts
        | Fault::MixesUpReceipts
        | Fault::ReplaysAsItsOwn
        | Fault::VerifiesBlindly
        | Fault::SkipsWhatWent
        | Fault::LetsGoOfTooMuch
        | Fault::AppliesWhatWent
        | Fault::LetsGoOfNothing
        | Fault::TakesTheHint
        | Fault::DeploysBeside
        | Fault::Overtakes
        | Fault::NotesThePresent => (),
    }
    let answer = broken.looked_at().await.commit(&spoilt).await;
    match (broken.fault, answer) {
        (Fault::ForgetsWhoWrote, Err(StoreError::Conflict(mut conflict))) => {
            conflict.last = None;
            Err(StoreError::Conflict(conflict))
        }
        (Fault::AppliesHalf, Err(StoreError::Refused(refusal))) => {
            spoilt.changes.pop();
            spoilt.id = new_id(broken);
            // It may be refused again, which is no fault.
            drop(broken.looked_at().await.commit(&spoilt).await);
            Err(StoreError::Refused(refusal))
        }
        (Fault::AppliesWhatWent, Err(StoreError::Compacted { .. })) => {
            spoilt.id = new_id(broken);
            broken.looked_at().await.commit(&spoilt).await
        }
        (Fault::DeploysBeside, Err(StoreError::Refused(refusal)))
            if matches!(*refusal, Refusal::BeingDeployed { .. }) =>
        {
            spoilt.changes.retain(|change| !is_of_a_route(change));
            broken.looked_at().await.commit(&spoilt).await
        }
        (Fault::Overtakes, Err(err)) if keeps_a_place(&err) => Ok(as_if_done(changeset)),
        (Fault::MixesUpReceipts, Ok(receipt)) => Ok(broken.another_receipt(receipt)),
        (_, answer) => answer,
    }
}

fn unprotect(change: &mut Change) {
    if let Change::PutRecord(record) = change
        && let Record::Environment(environment) = record.as_mut()
    {
        (environment.frozen, environment.approvals) = (None, 0);
        environment.windows = sternway_types::FreezeWindows::none();
        environment.approvers = sternway_types::Roles::none();
    }
}

/// Whether something is refused since others wait for their turn.
fn keeps_a_place(err: &StoreError) -> bool {
    let StoreError::Refused(refusal) = err else { return false };
    let early =
        matches!(&**refusal, Refusal::Deployment { problem, .. } if problem.contains("its turn"));
    early || matches!(**refusal, Refusal::OutOfTurn { .. })
}

fn as_if_done(changeset: &Changeset) -> Receipt {
    let (versions, pointers) = (Vec::new(), Vec::new());
    let (revision, chain) = (Revision::ZERO, Digest::of(&[]));
    Receipt { revision, at: changeset.at, chain, versions, pointers }
}

fn is_of_a_route(change: &Change) -> bool {
    match change {
        Change::PutRecord(record) => record.key().kind() == RecordKind::Route,
        Change::DeleteRecord(key) => key.kind() == RecordKind::Route,
        Change::CreateNamespace | Change::AddVersion(_) | Change::MovePointer(_) => false,
    }
}

fn new_id(broken: &Broken) -> ChangesetId {
    ChangesetId::from_name(&format!("broken {}", broken.count()))
}

fn forces(changeset: &Changeset) -> bool {
    changeset.actor.kind() != ActorKind::Human
        && changeset
            .changes
            .iter()
            .any(|change| matches!(change, Change::MovePointer(new) if new.force == Force::Yes))
}

/// Applies commits again, as the fault has it.
pub(super) async fn replay(broken: &Broken, commits: &[Commit]) -> Result<usize, StoreError> {
    if broken.fault != Fault::ReplaysAsItsOwn {
        return broken.looked_at().await.replay(commits).await;
    }
    for commit in commits {
        let mut changeset = commit.replay();
        changeset.at = Timestamp::MAX;
        broken.looked_at().await.commit(&changeset).await?;
    }
    Ok(commits.len())
}

/// A listing is JSON as well, and JSON has no files.
fn take_for_json(change: &mut Change) {
    if let Change::AddVersion(new) = change
        && new.content.kind == ContentKind::Tree
    {
        new.content.kind = ContentKind::Json;
    }
}

/// Counts, as the fault has it.
pub(super) async fn append(broken: &Broken, append: &Append) -> Result<Appended, StoreError> {
    if broken.fault != Fault::CountsTwice {
        return broken.looked_at().await.append(append).await;
    }
    let mut outcomes = append.outcomes().to_vec();
    for outcome in &mut outcomes {
        outcome.id = OutcomeId::from_name(&format!("broken {}", broken.count()));
    }
    let spoilt = Append::new(append.namespace().clone(), Timestamp::MAX, outcomes);
    let marks = append.marks().iter().cloned();
    let spoilt = marks.fold(spoilt, |append, (subject, tally)| append.judged(subject, tally));
    broken.looked_at().await.append(&spoilt).await
}

/// What was noted with failures, as the fault has it.
pub(super) async fn noted(
    broken: &Broken,
    (ns, subject): (&NamespaceId, &Subject),
    after: u64,
    limit: Limit,
) -> Result<Vec<Noted>, StoreError> {
    let mut noted = broken.looked_at().await.noted(ns, subject, after, limit).await?;
    let present = broken.fault == Fault::NotesThePresent;
    for other in noted.iter_mut().filter(|_| present).flat_map(|it| &mut it.others) {
        let (version, generation) = (other.version, other.generation);
        let log = Subject { version, generation, ..subject.clone() };
        let tallies = broken.looked_at().await.tallies(ns, &log).await?;
        other.total = tallies.map_or(0, |it| it.tally.total());
    }
    Ok(noted)
}

/// What is known of a subject, as the fault has it.
pub(super) fn tallies(broken: &Broken, mut found: Tallies) -> Tallies {
    if broken.fault == Fault::DropsMeasurements {
        let ends = found.tally.ends().clone();
        found.tally = found.tally.with_measurements(ends, Measurements::default());
    }
    found
}

/// Lets go, as the fault has it.
pub(super) async fn compact(
    broken: &Broken,
    namespace: &NamespaceId,
    before: Revision,
) -> Result<Compaction, StoreError> {
    let store = broken.looked_at().await;
    if broken.fault == Fault::LetsGoOfNothing {
        return store.rehearse_compact(namespace, before).await;
    }
    let mut before = before;
    if broken.fault == Fault::LetsGoOfTooMuch {
        let head = store.head(namespace, At::Head).await?;
        let newest = head.map_or(Revision::ZERO, |head| head.revision);
        before = if before < newest { before.next() } else { before };
    }
    store.compact(namespace, before).await
}

/// A page of the feed, as the fault has it.
pub(super) async fn feed(
    broken: &Broken,
    namespace: &NamespaceId,
    after: Revision,
    limit: Limit,
) -> Result<Vec<Commit>, StoreError> {
    let store = broken.looked_at().await;
    let page = match store.feed(namespace, after, limit).await {
        Err(StoreError::Compacted { oldest, .. }) if broken.fault == Fault::SkipsWhatWent => {
            store.feed(namespace, Revision::new(oldest.get() - 1), limit).await
        }
        page => page,
    };
    Ok(skipping(broken, page?))
}

fn skipping(broken: &Broken, mut commits: Vec<Commit>) -> Vec<Commit> {
    if broken.fault == Fault::SkipsARevision && commits.len() > 1 {
        commits.retain(|commit| commit.revision.get() % 5 != 3);
    }
    commits
}

/// The moment that is looked at, as the fault has it.
pub(super) fn moment(broken: &Broken, at: At) -> At {
    if broken.fault == Fault::ForgetsThePast { At::Head } else { at }
}

/// An environment, read in steps of one.
pub(super) async fn environment(
    broken: &Broken,
    namespace: &NamespaceId,
    environment: &EnvironmentId,
    at: At,
    after: Option<&ArtifactId>,
) -> Result<Vec<Pointer>, StoreError> {
    let mut pointers = Vec::new();
    let mut after = after.cloned();
    loop {
        let one = Limit::new(1);
        let page = broken
            .looked_at()
            .await
            .environment(namespace, environment, at, after.as_ref(), one)
            .await?;
        let Some(last) = page.last() else { return Ok(pointers) };
        after = Some(last.artifact.clone());
        pointers.extend(page);
        // A moment in which somebody commits, if anybody does.
        let newest = broken.looked_at().await.head(namespace, At::Head).await?;
        let newest = newest.map_or(Revision::ZERO, |head| head.revision);
        let newer = broken.looked_at().await.wait(namespace, newest);
        drop(timeout(Duration::from_millis(20), newer).await);
    }
}

/// A report, as the fault has it.
pub(super) fn report(broken: &Broken, mut report: Report) -> Report {
    if broken.fault == Fault::VerifiesBlindly {
        report.damages.clear();
        report.damaged = 0;
    }
    report
}
