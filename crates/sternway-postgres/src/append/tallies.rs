//! What a subject's log adds up to: what the database keeps of it, and what came since.

use std::collections::HashMap;

use serde::Deserialize;
use sternway_store::{StoreError, Tallies, encoding};
use sternway_types::{NamespaceId, Subject, Tally};

use crate::{
    convert::signed,
    database::{Args, Database},
    error::Failure,
    rows::{Hex, OutcomeRow},
};

/// How many outcomes may come after what is kept of a subject, before it is kept anew.
const TAIL: i64 = 256;

/// What the database says of a subject to who knows something of it already.
#[derive(Deserialize)]
pub(super) struct Told {
    pub(super) total: i64,
    pub(super) tally_total: i64,
    judged_total: i64,
    /// Left out if the caller knows more.
    tally: Option<Hex>,
    /// Left out if the caller knows it.
    judged: Option<Hex>,
    /// What came after both the tally and what the caller knows.
    tail: Option<Vec<OutcomeRow>>,
}

/// What a subject's outcomes add up to, given what was known of them.
pub(super) fn add_up(subject: &Subject, known: Tallies, told: Told) -> Result<Tallies, StoreError> {
    let place = format!("the tallies of {subject}");
    let mut tallies = known;
    if let Some(tally) = told.tally {
        tallies.tally = encoding::read_tally(&place, &tally.0)?;
    }
    for row in told.tail.unwrap_or_default() {
        tallies.tally.add(&row.outcome(subject)?);
    }
    if let Some(judged) = told.judged {
        tallies.judged = encoding::read_tally(&place, &judged.0)?;
    } else if told.judged_total == 0 {
        tallies.judged = Tally::default();
    }
    if signed(tallies.tally.total()) != told.total {
        let found = tallies.tally.total();
        let detail = format!("there are {} outcomes, and they add up to {found}", told.total);
        return Err(StoreError::Corrupt { place, detail });
    }
    Ok(tallies)
}

/// The tallies of a subject; nothing if it has no outcomes.
pub(crate) async fn tallies(
    db: &Database,
    ns: &NamespaceId,
    subject: &Subject,
    known: Tallies,
) -> Result<Option<Tallies>, StoreError> {
    let args = Args::default()
        .with(ns.as_str())
        .with(subject.artifact.as_str())
        .with(subject.environment.as_str())
        .with(signed(subject.version.get()))
        .with(signed(subject.generation.get()))
        .with(signed(known.tally.total()))
        .with(signed(known.judged.total()));
    let told = db
        .read::<Told>(
            "SELECT jsonb_build_object('total', x.total, 'tally_total', x.tally_total,
                'judged_total', x.judged_total,
                'tally', CASE WHEN x.tally_total > $6 THEN encode(x.tally, 'hex') END,
                'judged', CASE WHEN x.judged_total <> $7 THEN encode(x.judged, 'hex') END,
                'tail', (SELECT jsonb_agg(to_jsonb(o) ORDER BY o.place) FROM {s}.outcome o
                    WHERE o.subject = x.id AND o.place > greatest($6, x.tally_total)
                        AND o.place <= x.total))::text
            FROM {s}.subject x
            WHERE x.ns = {ns}
                AND x.artifact = $2 AND x.environment = $3 AND x.version = $4 AND x.generation = $5",
            args,
        )
        .await?;
    told.into_iter().next().map(|told| add_up(subject, known, told)).transpose()
}

/// Keeps what subjects add up to, where much came since it was kept. It can be added up again: nobody
/// waits for the disk, and nobody is told if it fails.
pub(super) async fn keep(
    db: &Database,
    ns: &NamespaceId,
    state: &HashMap<&Subject, Tallies>,
    lagging: Vec<(&Subject, i64)>,
) {
    for (subject, kept) in lagging {
        let Some(Tallies { tally, .. }) = state.get(subject) else { continue };
        if signed(tally.total()) - kept >= TAIL {
            drop(keep_one(db, ns, subject, tally).await);
        }
    }
}

async fn keep_one(
    db: &Database,
    ns: &NamespaceId,
    subject: &Subject,
    tally: &Tally,
) -> Result<(), Failure> {
    let bytes = encoding::write_tally(tally).map_err(Failure::Store)?;
    let args = Args::default()
        .with(ns.as_str())
        .with(subject.artifact.as_str())
        .with(subject.environment.as_str())
        .with(signed(subject.version.get()))
        .with(signed(subject.generation.get()))
        .with(signed(tally.total()))
        .with(bytes);
    db.rows("SELECT {s}.keep_tally($1, $2, $3, $4, $5, $6, $7)", args).await.map(drop)
}
