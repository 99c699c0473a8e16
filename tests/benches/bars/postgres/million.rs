//! Reads at 1,000,000 versions beside the same reads at 1,000.

use std::sync::Arc;

use sternway::{
    Sternway,
    provider::Stopwatch,
    store::{Limit, Store},
    types::{ArtifactId, At, EnvironmentId, NamespaceId, PointerName, Revision},
};

use super::Server;
use crate::{Measured, report::Bar, sample::Samples};

const SMALL: u64 = 1_000;
const LARGE: u64 = 1_000_000;
/// How often each read is measured.
const READS: u64 = 2_000;

/// An artifact with so many versions, each of which went live, in a namespace of its own.
const FILL: &str = "
    BEGIN;
    SET LOCAL session_replication_role = replica;
    INSERT INTO {s}.content SELECT sha256('hello'), 1, 5, 0, 'hello', NULL, '' ON CONFLICT DO NOTHING;
    INSERT INTO {s}.namespace (name, sum) VALUES ('of-{n}', '');
    INSERT INTO {s}.head SELECT id, {n}, {n} * 10, sha256(''), NULL, NULL, 0, sha256('')
        FROM {s}.namespace WHERE name = 'of-{n}';
    INSERT INTO {s}.commit SELECT x.id, i, gen_random_uuid(), i * 10, 'human:a', '', '\\x00', sha256(''), ''
        FROM {s}.namespace x, generate_series(1, {n}) i WHERE x.name = 'of-{n}';
    INSERT INTO {s}.artifact SELECT id, 'prompts/one', {n}, 10, 'human:a', {n}, ''
        FROM {s}.namespace WHERE name = 'of-{n}';
    INSERT INTO {s}.version SELECT x.id, 'prompts/one', i, sha256('hello'), 'text', NULL, 5, '{}', 'human:a', 10,
            'a reason', '', NULL, '', '{}', i * 10, i, ''
        FROM {s}.namespace x, generate_series(1, {n}) i WHERE x.name = 'of-{n}';
    INSERT INTO {s}.pointer SELECT id, 'prompts/one', 'e', 'production', {n}, {n}, {n} * 10, {n}, ''
        FROM {s}.namespace WHERE name = 'of-{n}';
    INSERT INTO {s}.pointer_move SELECT x.id, 'prompts/one', 'e', 'production', nullif(i - 1, 0), i, i, '\"promoted\"',
            'human:a', '', false, i * 10, i, ''
        FROM {s}.namespace x, generate_series(1, {n}) i WHERE x.name = 'of-{n}';
    COMMIT";

#[derive(Clone, Copy)]
enum Read {
    History,
    Pointer,
    AsOf,
}

pub(super) async fn measure(server: &Server) -> Measured<Vec<Bar>> {
    let sw = server.open(Sternway::builder()).await?;
    for count in [SMALL, LARGE] {
        server.run(&FILL.replace("{n}", &count.to_string())).await?;
    }
    server.run("ANALYZE").await?;
    let store = sw.control().store();
    let reads = [
        (Read::History, "PostgreSQL: history page of 50 at 1,000,000"),
        (Read::Pointer, "PostgreSQL: pointer read at 1,000,000"),
        (Read::AsOf, "PostgreSQL: as-of pointer read at 1,000,000"),
    ];
    let mut bars = Vec::new();
    for (read, name) in reads {
        let (mut small, mut large) = (Samples::default(), Samples::default());
        // One beside the other: both see the same state of the machine.
        for turn in 0..READS {
            small.add(one(store, read, SMALL, turn).await?);
            large.add(one(store, read, LARGE, turn).await?);
        }
        let (value, floor) = (large.quantile_us(0.5), small.quantile_us(0.5));
        let bar = "at most 2 times the time at 1,000 versions (the floor)";
        bars.push(Bar { name, value, unit: "µs", floor, bar, met: value <= 2.0 * floor });
    }
    sw.shutdown().await?;
    Ok(bars)
}

async fn one(
    store: &Arc<dyn Store>,
    read: Read,
    count: u64,
    turn: u64,
) -> Measured<std::time::Duration> {
    let ns: NamespaceId = format!("of-{count}").parse()?;
    let id: ArtifactId = "prompts/one".parse()?;
    let name = PointerName::Environment(EnvironmentId::production());
    // Somewhere else each time.
    let place = turn.wrapping_mul(7_919) % count + 1;
    let watch = Stopwatch::start();
    match read {
        Read::History => {
            let before = sternway::types::VersionNumber::new(place.max(51));
            let page = store.history(&ns, &id, At::Head, before, Limit::new(50)).await?;
            assert_eq!(page.len(), 50, "a whole page");
        }
        Read::Pointer => {
            assert!(store.pointer(&ns, &id, &name, At::Head).await?.is_some(), "it is there");
        }
        Read::AsOf => {
            let at = At::Revision(Revision::new(place));
            let found = store.pointer(&ns, &id, &name, at).await?;
            assert_eq!(found.map(|it| it.revision), Some(Revision::new(place)), "as it was then");
        }
    }
    Ok(watch.elapsed())
}
