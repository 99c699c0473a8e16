//! Checks the chain of every namespace, and nothing else: the commits are read in their order, once,
//! so that a million of them take about as long as hashing them.

use std::ops::ControlFlow;

use sternway_types::{NamespaceId, Revision};

use super::{
    chain, floor,
    key::{self, Key, KeyReader, Table},
    port::{Direction, Range, Snapshot},
    read,
    verify::damaged,
};
use crate::{Report, StoreError};

pub(super) fn verify_chain(snapshot: &dyn Snapshot) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let mut heads = Vec::new();
    snapshot.scan(&Key::table(Table::Head).all(Direction::Forward), &mut |key, _| {
        heads.push(key.to_vec());
        ControlFlow::Continue(())
    })?;
    for key in heads {
        report.namespaces += 1;
        match KeyReader::new(&key).and_then(|mut parts| parts.name::<NamespaceId>()) {
            Some(ns) => check(snapshot, &ns, &mut report)?,
            None => report.note("the head of a namespace", "its key names no namespace"),
        }
    }
    Ok(report)
}

fn check(from: &dyn Snapshot, ns: &NamespaceId, report: &mut Report) -> Result<(), StoreError> {
    let place = || format!("the chain of namespace {ns}");
    let (head, begins) = match (read::head(from, ns), floor::stored(from, ns)) {
        (Ok(Some(head)), Ok(begins)) => (head, begins),
        (Ok(None), Ok(_)) => return Ok(()),
        (Err(err), _) | (_, Err(err)) => return damaged(report, place, err),
    };
    if let Some(floor) = begins.floor() {
        report.begins(ns, floor, begins.kept.saturating_sub(1));
    }
    let (mut chain, _) = begins.before();
    let mut next = Revision::new(begins.kept);
    let mut bad = None;
    let range = Range {
        from: key::commit(ns, next),
        ..key::of_namespace(Table::Commit, ns).all(Direction::Forward)
    };
    from.scan(&range, &mut |key, value| {
        let linked = read::split_commit(key, value).is_ok_and(|(link, record)| {
            let follows = key == key::commit(ns, next);
            let links = follows && chain::link(&chain, next, record) == link;
            chain = link;
            links
        });
        if !linked {
            bad = Some(next);
            return ControlFlow::Break(());
        }
        report.revisions += 1;
        next = next.next();
        ControlFlow::Continue(())
    })?;
    if let Some(revision) = bad {
        let place = format!("revision {revision} of namespace {ns}");
        report.note(place, "the chain does not lead to it");
    } else if next != head.revision.next() || chain != head.chain {
        report.note(format!("the head of namespace {ns}"), "it is not its last revision");
    }
    Ok(())
}
