//! Each log of outcomes: every one by its sum, one after the other, and added up again.

use std::collections::HashMap;

use serde::Deserialize;
use sternway_store::{StoreError, encoding};
use sternway_types::{Generation, Subject, Tally, VersionNumber};

use super::{
    rows::Namespace,
    scan::{Scan, json},
};
use crate::{
    convert::signed,
    error::corrupt,
    rows::{Hex, Kept as _, OutcomeOf, OutcomeRow, seal},
};

#[derive(Clone, Deserialize)]
struct SubjectRow {
    id: i64,
    ns: i32,
    artifact: String,
    environment: String,
    version: i64,
    generation: i64,
    total: i64,
    succeeded: i64,
    failed: i64,
    tally: Option<Hex>,
    tally_total: i64,
    judged: Option<Hex>,
    judged_total: i64,
}

#[derive(Deserialize)]
struct Logged {
    subject: i64,
    place: i64,
    ns: i32,
    #[serde(flatten)]
    row: OutcomeRow,
    sum: Hex,
}

impl SubjectRow {
    fn subject(&self) -> Result<Subject, StoreError> {
        let place = || format!("subject number {}", self.id);
        let version = u64::try_from(self.version).ok().and_then(VersionNumber::new);
        let generation = u64::try_from(self.generation).map_err(|err| corrupt(place(), err))?;
        Ok(Subject {
            artifact: self.artifact.parse().map_err(|err| corrupt(place(), err))?,
            environment: self.environment.parse().map_err(|err| corrupt(place(), err))?,
            version: version.ok_or_else(|| corrupt(place(), "its version is not one"))?,
            generation: Generation::new(generation),
        })
    }
}

/// A log that is being read.
struct Log {
    row: SubjectRow,
    subject: Subject,
    tally: Tally,
}

impl Log {
    /// Whether what was kept or judged is what the outcomes up to here add up to.
    fn check(&self, scan: &mut Scan) {
        let total = signed(self.tally.total());
        let kept = [
            (self.row.tally_total, &self.row.tally, "what it adds up to"),
            (self.row.judged_total, &self.row.judged, "what was judged of it"),
        ];
        for (at, bytes, what) in kept {
            let place = format!("the tallies of {}", self.subject);
            let expected = bytes.as_ref().map(|it| encoding::read_tally(&place, &it.0));
            let differs = match expected {
                Some(Ok(tally)) => !tally.agrees_with(&self.tally),
                Some(Err(_)) => true,
                None => at != 0,
            };
            if at == total && differs {
                scan.report.note(place, format!("{what} is not what its outcomes add up to"));
            }
        }
    }

    fn end(&self, scan: &mut Scan) {
        let place = || format!("the tallies of {}", self.subject);
        if self.row.total != signed(self.tally.total()) || self.row.total == 0 {
            scan.report.note(place(), "it has another number of outcomes than are there");
        }
        let ends = (signed(self.tally.succeeded), signed(self.tally.failed));
        if (self.row.succeeded, self.row.failed) != ends {
            scan.report.note(place(), "others are said to have ended well or not well than did");
        }
    }

    fn add(&mut self, scan: &mut Scan, logged: &Logged) -> Result<(), StoreError> {
        let place = format!("outcome {} of {}", logged.row.id, self.subject);
        let sum = OutcomeOf { subject: &self.subject, outcome: &logged.row }.sum();
        if seal(&sum, logged.ns, [logged.place, 0, 0]) != logged.sum.0 || logged.ns != self.row.ns {
            scan.report.note(place.as_str(), "its sum does not match");
        }
        if logged.place != signed(self.tally.total()) + 1 {
            scan.report.note(place, "it is not in its place");
        }
        match logged.row.outcome(&self.subject) {
            Ok(outcome) => self.tally.add(&outcome),
            Err(err) => scan.note(err)?,
        }
        self.check(scan);
        Ok(())
    }
}

pub(super) async fn outcomes(
    scan: &mut Scan,
    namespaces: &HashMap<i32, Namespace>,
) -> Result<(), StoreError> {
    let mut subjects = HashMap::new();
    scan.open("subjects", "SELECT row_to_json(x)::text FROM {s}.subject x").await?;
    loop {
        let rows = scan.page("subjects").await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let row: SubjectRow = json(row)?;
            subject(scan, namespaces, row, &mut subjects)?;
        }
    }
    let log = "SELECT row_to_json(o)::text FROM {s}.outcome o ORDER BY o.subject, o.place";
    scan.open("outcomes", log).await?;
    loop {
        let rows = scan.page("outcomes").await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            scan.report.outcomes += 1;
            match json::<Logged>(row) {
                Ok(logged) => match subjects.get_mut(&logged.subject) {
                    Some(log) => log.add(scan, &logged)?,
                    None => {
                        let place = format!("outcome {}", logged.row.id);
                        scan.report.note(place, "it is of no subject");
                    }
                },
                Err(err) => scan.report.note("an outcome", err.to_string()),
            }
        }
    }
    subjects.values().for_each(|log| log.end(scan));
    Ok(())
}

fn subject(
    scan: &mut Scan,
    namespaces: &HashMap<i32, Namespace>,
    row: SubjectRow,
    subjects: &mut HashMap<i64, Log>,
) -> Result<(), StoreError> {
    match row.subject() {
        Ok(subject) => {
            if !namespaces.contains_key(&row.ns) {
                scan.report.note(format!("the tallies of {subject}"), "it belongs to no namespace");
            }
            let log = Log { subject, tally: Tally::default(), row };
            log.check(scan);
            subjects.insert(log.row.id, log);
            Ok(())
        }
        Err(err) => scan.note(err),
    }
}
