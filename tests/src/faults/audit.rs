//! What a store holds, against what its users were told.

use std::collections::{BTreeMap, BTreeSet};

use sternway::{
    store::Limit,
    types::{ChangesetId, Commit, OutcomeId, Revision, Timestamp},
};

use super::{Journal, Shop, Told};

/// Holds the store against the journal of all who wrote in it: no acknowledged write is lost and none
/// is there twice, nothing is there that nobody asked for, revisions are dense and their times never
/// go back, every watcher saw every revision once, the sums are those of the logs, and the chain
/// verifies.
///
/// # Errors
///
/// What does not hold.
pub async fn audit(shop: &Shop, journal: &Journal) -> Told<()> {
    let report = shop.store.verify().await?;
    if !report.is_sound() {
        return Err(format!("the store does not verify: {report:?}").into());
    }
    let commits = history(shop, journal).await?;
    for (place, seen) in journal.seen.iter().enumerate() {
        let all = (1..=commits).map(Revision::new);
        if !seen.iter().copied().eq(all) {
            return Err(format!("watcher {place} saw {seen:?} of {commits} revisions").into());
        }
    }
    outcomes(shop, journal).await
}

async fn feed(shop: &Shop) -> Told<Vec<Commit>> {
    let mut commits: Vec<Commit> = Vec::new();
    loop {
        let after = commits.last().map_or(Revision::ZERO, |commit| commit.revision);
        let page = shop.store.feed(&shop.ns, after, Limit::MAX).await?;
        if page.is_empty() {
            return Ok(commits);
        }
        commits.extend(page);
    }
}

/// Answers with how many commits there are.
async fn history(shop: &Shop, journal: &Journal) -> Told<u64> {
    let mut there: BTreeMap<ChangesetId, Commit> = BTreeMap::new();
    let mut before = Timestamp::from_micros(i64::MIN);
    let mut count = 0;
    for commit in feed(shop).await? {
        count += 1;
        if commit.revision != Revision::new(count) {
            return Err(format!("revision {count} is called {}", commit.revision).into());
        }
        if commit.at < before {
            return Err(format!("the time went back at revision {count}").into());
        }
        before = commit.at;
        if !journal.asked.contains(&commit.changeset) {
            return Err(format!("nobody asked for revision {count}").into());
        }
        if let Some(twice) = there.insert(commit.changeset, commit) {
            return Err(format!("changeset {} is there twice", twice.changeset).into());
        }
    }
    for (id, receipt) in &journal.committed {
        let commit = there.get(id).ok_or_else(|| format!("changeset {id} is lost"))?;
        if (commit.revision, commit.chain, commit.at)
            != (receipt.revision, receipt.chain, receipt.at)
        {
            return Err(format!("changeset {id} is not what was acknowledged").into());
        }
    }
    Ok(count)
}

/// How many acknowledged writes are lost: commits, and outcomes.
///
/// # Errors
///
/// If the store cannot be read.
pub async fn lost(shop: &Shop, journal: &Journal) -> Told<usize> {
    let there: BTreeSet<_> = feed(shop).await?.iter().map(|commit| commit.changeset).collect();
    let commits = journal.committed.keys().filter(|id| !there.contains(id)).count();
    let there = logs(shop).await?;
    Ok(commits + journal.counted.difference(&there).count())
}

async fn outcomes(shop: &Shop, journal: &Journal) -> Told<()> {
    let there = logs(shop).await?;
    if let Some(lost) = journal.counted.difference(&there).next() {
        return Err(format!("outcome {lost} is lost").into());
    }
    if let Some(unknown) = there.difference(&journal.reported).next() {
        return Err(format!("nobody reported outcome {unknown}").into());
    }
    if journal.new > there.len() {
        return Err("an outcome was new more than once".into());
    }
    Ok(())
}

/// Every outcome that is there.
async fn logs(shop: &Shop) -> Told<BTreeSet<OutcomeId>> {
    let mut there = BTreeSet::<OutcomeId>::new();
    let mut after = None;
    loop {
        let subjects = shop.store.subjects(&shop.ns, after.as_ref(), Limit::MAX).await?;
        for subject in &subjects {
            let before = there.len() as u64;
            let mut place = 0;
            loop {
                let page = shop.store.outcomes(&shop.ns, subject, place, Limit::MAX).await?;
                if page.is_empty() {
                    break;
                }
                place += page.len() as u64;
                there.extend(page.iter().map(|outcome| outcome.id));
            }
            if there.len() as u64 - before != place {
                return Err(format!("an outcome is twice in the log of {subject}").into());
            }
            let tallies = shop.store.tallies(&shop.ns, subject).await?;
            let total = tallies.map_or(0, |tallies| tallies.tally.total());
            if total != place {
                return Err(format!("{subject} has {place} outcomes, and counts {total}").into());
            }
        }
        let Some(last) = subjects.into_iter().next_back() else { return Ok(there) };
        after = Some(last);
    }
}
