//! What is left at the end of a tale: the whole feed, and all that reads answer.

use sternway::{
    Sternway,
    store::{Limit, Store},
    types::{At, Digest, NamespaceId, RecordKind, Revision, Timestamp},
};
use sternway_tests::faults::Told;

use super::{
    feed,
    words::{Said as _, listed},
};

/// All of it, line by line.
pub(super) async fn lines(sw: &Sternway) -> Told<Vec<String>> {
    let (store, namespace) = (sw.control().store().as_ref(), sw.control().namespace());
    let mut lines = history(store, namespace).await?;
    lines.extend(pointers(store, namespace).await?);
    lines.extend(records(store, namespace).await?);
    lines.extend(runs(store, namespace).await?);
    lines.push(soundness(store).await?);
    Ok(lines)
}

/// Every commit, from the floor on.
async fn history(store: &dyn Store, namespace: &NamespaceId) -> Told<Vec<String>> {
    let (floor, head) = (store.floor(namespace).await?, store.head(namespace, At::Head).await?);
    let before =
        floor.map_or(Revision::ZERO, |floor| Revision::new(floor.revision.get().saturating_sub(1)));
    let feed = store.feed(namespace, before, Limit::MAX).await?;
    let mut lines: Vec<_> = feed.iter().flat_map(feed::lines).collect();
    lines.push(format!("floor {}, head {}", floor.said(), head.said()));
    Ok(lines)
}

async fn pointers(store: &dyn Store, namespace: &NamespaceId) -> Told<Vec<String>> {
    let mut lines = Vec::new();
    for artifact in store.artifacts(namespace, "", At::Head, None, Limit::MAX).await? {
        lines.push(format!("{} until {}", artifact.id, artifact.latest));
        let pointers = store.pointers(namespace, &artifact.id, At::Head, None, Limit::MAX).await?;
        lines.extend(pointers.iter().map(|pointer| format!("  {}", pointer.said())));
    }
    Ok(lines)
}

async fn records(store: &dyn Store, namespace: &NamespaceId) -> Told<Vec<String>> {
    let mut lines = Vec::new();
    for kind in RecordKind::ALL {
        let records = store.records(namespace, kind, "", At::Head, None, Limit::MAX).await?;
        lines.extend(records.iter().map(|entry| {
            let record = entry.record.as_ref().map_or("nothing".into(), feed::record_said);
            let place =
                format!("(generation {}, r{} of {})", entry.generation, entry.revision, entry.at);
            format!("{} {place}: {record}", entry.key)
        }));
    }
    Ok(lines)
}

/// Every stay that has runs, and the log of these with one digest for all that is in it.
async fn runs(store: &dyn Store, namespace: &NamespaceId) -> Told<Vec<String>> {
    let mut lines = Vec::new();
    for subject in store.subjects(namespace, None, Limit::MAX).await? {
        let tallies = store.tallies(namespace, &subject).await?;
        lines.push(format!("{subject}: {}", tallies.map(|it| it.tally).said()));
        let outcomes = store.outcomes(namespace, &subject, 0, Limit::MAX).await?;
        let ids = outcomes.first().zip(outcomes.last()).map(|(one, last)| [one.id, last.id]);
        let ids = listed(ids.into_iter().flatten().map(|id| id.to_string()));
        let all = Digest::of(&serde_json::to_vec(&outcomes)?);
        lines.push(format!("  first and last {ids}, all {} {all}", outcomes.len()));
    }
    for run in store.open_runs(namespace, Timestamp::MAX, None, Limit::MAX).await? {
        lines.push(format!("{} of {} is open until {}", run.id, run.subject, run.due));
    }
    let unjudged = store.unjudged(namespace, None, Limit::MAX).await?;
    let unjudged = listed(unjudged.iter().map(ToString::to_string));
    lines.push(format!("nobody judged {unjudged}"));
    Ok(lines)
}

async fn soundness(store: &dyn Store) -> Told<String> {
    let report = store.verify().await?;
    let sound = if report.is_sound() { "sound".into() } else { format!("{:?}", report.damages) };
    Ok(format!(
        "{sound}: {} revisions, {} compacted, {} versions, {} contents, {} outcomes",
        report.revisions, report.compacted, report.versions, report.contents, report.outcomes
    ))
}
