//! What is to be noted with failures, as the database is told of it, and what it says that it noted.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use sternway_store::{Append, AppendedSubject, LogLength, Noted};
use sternway_types::{Generation, Subject, VersionNumber};

use crate::convert::signed;

/// What the appends of a group want to have noted.
#[derive(Default)]
pub(super) struct Notings {
    notings: Vec<Value>,
    failures: Vec<Value>,
}

impl Notings {
    /// Collects what each append asks for. A failure is told by its place in the group, where it has one.
    pub(super) fn of(
        appends: &[&Append],
        places: &[Vec<Option<usize>>],
        numbers: &BTreeMap<&Subject, i32>,
    ) -> Self {
        let mut all = Self::default();
        for (append, places) in appends.iter().zip(places) {
            for (subject, others) in append.notings() {
                all.add(append, places, (subject, others), numbers);
            }
        }
        all
    }

    fn add(
        &mut self,
        append: &Append,
        places: &[Option<usize>],
        (subject, others): (&Subject, &[(VersionNumber, Generation)]),
        numbers: &BTreeMap<&Subject, i32>,
    ) {
        let noting = self.notings.len();
        let outcomes = append.outcomes().iter().zip(places);
        let failures = outcomes.filter_map(|(outcome, place)| {
            let failed = outcome.subject == *subject && outcome.is_failure();
            let place = place.filter(|_| failed)?;
            Some(json!({ "place": place, "noting": noting, "id": outcome.id.as_uuid() }))
        });
        let before = self.failures.len();
        self.failures.extend(failures);
        if self.failures.len() == before {
            return;
        }
        let others = others.iter().map(|(version, generation)| {
            let (version, generation) = (*version, *generation);
            let number = numbers.get(&Subject { version, generation, ..subject.clone() });
            json!([signed(version.get()), signed(generation.get()), number])
        });
        self.notings.push(json!({
            "noting": noting,
            "artifact": subject.artifact,
            "environment": subject.environment,
            "others": others.collect::<Vec<_>>(),
        }));
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.failures.is_empty()
    }

    pub(super) fn into_document(self) -> (Value, Value) {
        (self.notings.into(), self.failures.into())
    }
}

/// What was noted, by the places of the failures in the group: their places in the log, and the lengths.
pub(super) type Said = HashMap<usize, (u64, Vec<u64>)>;

/// Says what was noted with the failures of a subject, given the places of the append's outcomes in the group.
pub(super) fn tell(
    append: &Append,
    places: &[Option<usize>],
    said: &Said,
    of: &mut AppendedSubject,
) {
    let Some(others) = append.notings().get(&of.subject) else { return };
    let noted = of.counted.iter().filter_map(|index| {
        let (place, totals) = said.get(places.get(*index)?.as_ref()?)?;
        let other = |(&(version, generation), &total)| LogLength { version, generation, total };
        Some(Noted { place: *place, others: others.iter().zip(totals).map(other).collect() })
    });
    of.noted = noted.collect();
}
