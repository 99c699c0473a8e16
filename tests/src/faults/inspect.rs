//! A store, against what processes that worked on it said is done.

use std::collections::{BTreeMap, BTreeSet};

use sternway::{
    Sternway,
    policy::{Baseline, Judge},
    store::{Append, Limit, Store},
    types::{
        At, Digest, EnvironmentId, FrozenBaseline, Generation, MoveCause, NamespaceId, Outcome,
        OutcomeId, OutcomeStatus, PointerName, Policy, Record, RecordKind, Revision, Subject,
        Tally, Timestamp, Verdict, VersionNumber,
    },
};

use super::Told;

/// Holds a store against what processes said is done.
///
/// # Errors
///
/// What does not hold.
pub async fn inspect(sw: &Sternway, said: &[String]) -> Told<()> {
    let (store, ns) = (sw.control().store().as_ref(), sw.control().namespace());
    let report = store.verify().await?;
    if !report.is_sound() {
        return Err(format!("the store does not verify: {report:?}").into());
    }
    let mut recorded = Vec::new();
    let head = store.head(ns, At::Head).await?.ok_or("the namespace is lost")?;
    for line in said {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["published", artifact, number, digest] => {
                let number: VersionNumber = number.parse()?;
                let version = store.version(ns, &artifact.parse()?, number).await?;
                let version = version.ok_or_else(|| format!("{artifact}@{number} is lost"))?;
                if version.content.digest != digest.parse::<Digest>()? {
                    return Err(format!("{artifact}@{number} is another").into());
                }
            }
            ["recorded", id] => recorded.push(id.parse::<OutcomeId>()?),
            ["promoted", revision] if revision.parse::<u64>()? > head.revision.get() => {
                return Err(format!("revision {revision} is lost").into());
            }
            _ => (),
        }
    }
    counted_once(store, ns, &recorded).await?;
    dense(store, ns).await?;
    one_rollback_per_breach(store, ns).await?;
    judged(sw).await
}

/// Every acknowledged outcome is there: recording it again counts it not again.
async fn counted_once(store: &dyn Store, ns: &NamespaceId, recorded: &[OutcomeId]) -> Told<()> {
    if let Some(twice) = recorded.iter().find({
        let mut known = BTreeSet::new();
        move |id| !known.insert(**id)
    }) {
        return Err(format!("{twice} was recorded by two").into());
    }
    let artifacts = store.artifacts(ns, "", At::Head, None, Limit::MAX).await?;
    let Some(artifact) = artifacts.first() else { return Ok(()) };
    let subject = Subject {
        artifact: artifact.id.clone(),
        environment: EnvironmentId::production(),
        version: VersionNumber::FIRST,
        generation: Generation::ZERO,
    };
    let unknown = |id: &OutcomeId| {
        Outcome::new(*id, subject.clone(), Timestamp::EPOCH, OutcomeStatus::Unknown)
    };
    for part in recorded.chunks(Append::MAX_OUTCOMES) {
        let again = Append::new(ns.clone(), Timestamp::EPOCH, part.iter().map(unknown).collect());
        if store.append(&again).await?.duplicates != part.len() {
            return Err("an acknowledged outcome is lost".into());
        }
    }
    Ok(())
}

async fn dense(store: &dyn Store, ns: &NamespaceId) -> Told<()> {
    let (mut after, mut ids) = (Revision::ZERO, BTreeSet::new());
    loop {
        let page = store.feed(ns, after, Limit::MAX).await?;
        if page.is_empty() {
            return Ok(());
        }
        for commit in page {
            if commit.revision.get() != after.get() + 1 || !ids.insert(commit.changeset) {
                return Err(format!("after revision {after} comes {}", commit.revision).into());
            }
            after = commit.revision;
        }
    }
}

/// Where a verdict went with a rollback, the pointer went back once; and nowhere else.
async fn one_rollback_per_breach(store: &dyn Store, ns: &NamespaceId) -> Told<()> {
    let mut latched = BTreeMap::<String, usize>::new();
    let mut after: Option<String> = None;
    loop {
        let page = store
            .records(ns, RecordKind::Latch, "", At::Head, after.as_deref(), Limit::MAX)
            .await?;
        let Some(last) = page.last() else { break };
        after = Some(last.key.name().to_owned());
        for entry in &page {
            if let Some(Record::Latch(latch)) = &entry.record
                && !latch.action.needs_a_person()
            {
                *latched.entry(latch.artifact.to_string()).or_default() += 1;
            }
        }
    }
    for artifact in store.artifacts(ns, "", At::Head, None, Limit::MAX).await? {
        let name = PointerName::Environment(EnvironmentId::production());
        let (mut rolled_back, mut before) = (0, None);
        loop {
            let page = store.moves(ns, &artifact.id, &name, before, Limit::MAX).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.revision);
            let back = |cause: &MoveCause| matches!(cause, MoveCause::RolledBack(_));
            rolled_back += page.iter().filter(|moved| back(&moved.cause)).count();
        }
        let verdicts = latched.get(&artifact.id.to_string()).copied().unwrap_or_default();
        if verdicts != rolled_back {
            let artifact = &artifact.id;
            return Err(format!("{artifact}: {verdicts} verdicts, {rolled_back} rollbacks").into());
        }
    }
    Ok(())
}

/// What is live and regressed by its log is latched.
async fn judged(sw: &Sternway) -> Told<()> {
    let (store, ns) = (sw.control().store(), sw.control().namespace());
    let environment = EnvironmentId::production();
    let live = store.environment(ns, &environment, At::Head, None, Limit::MAX).await?;
    for pointer in live {
        let Some(version) = pointer.version else { continue };
        let (artifact, generation) = (pointer.artifact, pointer.generation);
        let environment = environment.clone();
        let subject = Subject { artifact, environment, version, generation };
        let latched = sw.control().latch(&subject).await?.is_some();
        // Whoever has the log and what was kept comes to the same verdict.
        let explained = sw.control().explain(subject.clone()).await?;
        let baseline = explained.baseline.as_ref();
        if regressed(store.as_ref(), ns, &subject, baseline).await? != latched {
            return Err(format!("{subject}: a latch without a verdict, or none").into());
        }
        if explained.again == Some(false) {
            return Err(format!("{subject}: the log does not lead to what was latched").into());
        }
    }
    Ok(())
}

/// Whether the outcomes of a stay, in the order of the log, take the version back, held against what
/// was kept to hold it against.
///
/// # Errors
///
/// What the store answers.
pub async fn regressed(
    store: &dyn Store,
    ns: &NamespaceId,
    subject: &Subject,
    baseline: Option<&FrozenBaseline>,
) -> Told<bool> {
    let (policy, mut tally) = (Policy::default(), Tally::default());
    let against = baseline.map(|frozen| Baseline {
        version: frozen.version,
        tallies: &[],
        frozen: Some(frozen),
    });
    let mut judge = Judge::new(&policy, against);
    loop {
        let page = store.outcomes(ns, subject, tally.total(), Limit::MAX).await?;
        if page.is_empty() {
            return Ok(false);
        }
        for outcome in page {
            tally.add(&outcome);
            if outcome.is_failure() && judge.look(&tally) != Verdict::Undecided {
                return Ok(true);
            }
        }
    }
}
