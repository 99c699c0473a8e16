//! Counts what callers asked for, in one durable write.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    time::Duration,
};

use serde::Deserialize;
use serde_json::json;
use sternway_store::{Append, Appended, AppendedSubject, Refusal, StoreError, Tallies, decide};
use sternway_types::{NamespaceId, OutcomeId, Subject};
use tokio::{sync::oneshot, time::Instant};

use super::{
    document::{columns, with, written_marks},
    known::Known,
    noted::{Notings, Said, tell},
    runs,
    tallies::{Told, add_up, keep, tallies},
};
use crate::{
    commit::{Contents, Needs, load},
    convert::signed,
    database::{Args, Database, column},
    error::Failure,
    rows::{Kept as _, OutcomeOf, OutcomeRow},
    task::pause,
};

/// How long a group is tried again while the database does not answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An append, and who waits for the answer.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) append: Append,
    pub(crate) reply: oneshot::Sender<Result<Appended, StoreError>>,
}

/// What the database says of outcomes that it counted.
#[derive(Deserialize)]
struct Counted {
    before: Option<Vec<Told>>,
    /// The new ones, by their places in the group.
    fresh: Vec<usize>,
    /// What became of each run of the group.
    #[serde(default)]
    opened: Vec<u8>,
    /// Of each failure with which something was noted: its places in the group and in its log, and the lengths.
    #[serde(default)]
    noted: Vec<(usize, u64, Vec<u64>)>,
}

/// Outcomes, column by column.
#[derive(Default)]
struct Columns {
    subjects: Vec<i32>,
    ids: Vec<uuid::Uuid>,
    ats: Vec<i64>,
    statuses: Vec<i16>,
    classes: Vec<Option<String>>,
    messages: Vec<Option<String>>,
    /// As text: they are larger than any whole number of the database.
    seconds: Vec<Option<String>>,
    nanos: Vec<Option<i32>>,
    costs: Vec<Option<f64>>,
    scores: Vec<Option<String>>,
    traces: Vec<Option<String>>,
    others_failed: Vec<Option<bool>>,
    buckets: Vec<Option<i16>>,
    sums: Vec<Vec<u8>>,
}

impl Columns {
    fn push(&mut self, subject: i32, row: OutcomeRow, sum: Vec<u8>) {
        self.subjects.push(subject);
        self.ids.push(row.id);
        self.ats.push(row.at);
        self.statuses.push(row.status);
        self.classes.push(row.class);
        self.messages.push(row.message);
        self.seconds.push(row.seconds.map(|seconds| seconds.to_string()));
        self.nanos.push(row.nanos);
        self.costs.push(row.cost);
        self.scores.push(row.scores);
        self.traces.push(row.trace);
        self.others_failed.push(row.other_failed);
        self.buckets.push(row.bucket);
        self.sums.push(sum);
    }

    fn bind(self, args: Args) -> Args {
        let args = args.with(self.subjects).with(self.ids).with(self.ats).with(self.statuses);
        let args = args.with(self.classes).with(self.messages).with(self.seconds).with(self.nanos);
        let args = args.with(self.costs).with(self.scores).with(self.traces);
        args.with(self.others_failed).with(self.buckets).with(self.sums)
    }
}

/// The outcomes of a group: each id once, and where each job's are.
struct Group<'a> {
    /// The place of each among them, from 1.
    subjects: BTreeMap<&'a Subject, i32>,
    outcomes: Columns,
    /// For each job: for each of its outcomes its place in the group, or nothing for one whose id an
    /// earlier one had.
    places: Vec<Vec<Option<usize>>>,
}

impl<'a> Group<'a> {
    fn new(appends: &[&'a Append]) -> Self {
        let outcomes = appends.iter().flat_map(|append| append.outcomes());
        let distinct: BTreeSet<_> = outcomes.map(|outcome| &outcome.subject).collect();
        let subjects = distinct.into_iter().zip(1..).collect();
        let mut group = Self { subjects, outcomes: Columns::default(), places: Vec::new() };
        let mut seen: HashSet<OutcomeId> = HashSet::new();
        for append in appends {
            let places = append.outcomes().iter().map(|outcome| {
                seen.insert(outcome.id).then(|| {
                    let row = OutcomeRow::new(outcome);
                    let sum = OutcomeOf { subject: &outcome.subject, outcome: &row }.sum();
                    let subject = group.subjects.get(&outcome.subject).copied().unwrap_or_default();
                    group.outcomes.push(subject, row, sum);
                    group.outcomes.ids.len() - 1
                })
            });
            let places = places.collect();
            group.places.push(places);
        }
        group
    }
}

/// Refuses an append of what does not exist, and one that is not well formed.
fn check(append: &Append, ledger: &impl decide::State) -> Result<(), StoreError> {
    let ns = append.namespace();
    ledger.head(ns)?.ok_or_else(|| StoreError::NoNamespace(ns.clone()))?;
    let found = append.outcomes().len().max(append.openings().len());
    if found > Append::MAX_OUTCOMES {
        return Err(Refusal::TooManyOutcomes { found, limit: Append::MAX_OUTCOMES }.into());
    }
    let mut known = HashSet::new();
    for (place, outcome) in append.outcomes().iter().enumerate() {
        let index = place + 1;
        outcome.check().map_err(|source| Refusal::Outcome { index, id: outcome.id, source })?;
        if known.insert(&outcome.subject) {
            decide::subject(ledger, ns, (&outcome.subject, outcome.id), place)?;
        }
    }
    for (place, run) in append.openings().iter().enumerate() {
        if known.insert(&run.subject) {
            decide::subject(ledger, ns, (&run.subject, run.id), place)?;
        }
    }
    Ok(())
}

/// What is wrong with each append, if something is.
async fn check_all(
    db: &Database,
    ns: &NamespaceId,
    appends: &[&Append],
) -> Result<Vec<Option<StoreError>>, Failure> {
    let mut needs = Needs::default();
    let outcomes = appends.iter().flat_map(|append| append.outcomes());
    let runs = appends.iter().flat_map(|append| append.openings());
    let subjects: HashSet<_> =
        outcomes.map(|outcome| &outcome.subject).chain(runs.map(|run| &run.subject)).collect();
    subjects.into_iter().for_each(|subject| needs.of_subject(subject));
    let ledger = load(db, ns, &needs, Contents::Assumed).await?;
    Ok(appends.iter().map(|append| check(append, &ledger).err()).collect())
}

/// Counts; everybody is answered.
pub(crate) async fn append(db: &Database, known: &Known, ns: &NamespaceId, jobs: Vec<Job>) {
    let until = Instant::now() + PATIENCE;
    let answers = loop {
        let appends: Vec<_> = jobs.iter().map(|job| &job.append).collect();
        match attempt(db, known, ns, &appends).await {
            Ok(answers) => break answers,
            // Every outcome has an id: doing it again counts none twice.
            Err(Failure::Again(_) | Failure::Unknown(_)) if Instant::now() < until => {
                pause(Duration::from_millis(20)).await;
            }
            Err(failure) => {
                let err = failure.into_error();
                break jobs.iter().map(|_| Err(err.clone())).collect();
            }
        }
    };
    for (job, answer) in jobs.into_iter().zip(answers) {
        // Who went away need not be told.
        drop(job.reply.send(answer));
    }
}

async fn attempt(
    db: &Database,
    known: &Known,
    ns: &NamespaceId,
    appends: &[&Append],
) -> Result<Vec<Result<Appended, StoreError>>, Failure> {
    let refused = check_all(db, ns, appends).await?;
    let good: Vec<_> = appends
        .iter()
        .zip(&refused)
        .filter(|(_, refused)| refused.is_none())
        .map(|(it, _)| *it)
        .collect();
    let mut counted = count(db, known, ns, &good).await?.into_iter();
    let answers = refused.into_iter().map(|refused| match refused {
        Some(err) => Err(err),
        None => counted.next().unwrap_or(Err(StoreError::Closed)),
    });
    Ok(answers.collect())
}

/// The calls of a group, in one transaction. Its outcomes come first.
fn calls(notes: bool, opens: bool) -> String {
    let counts =
        "{s}.append_group($1::jsonb, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let notes = if notes { " || {s}.note($1::jsonb, $2, said->'fresh')" } else { "" };
    let opens = if opens { " || {s}.open_runs($1::jsonb)" } else { "" };
    format!(
        "WITH counted AS MATERIALIZED (SELECT {counts} AS said)
        SELECT (said{notes}{opens})::text FROM counted"
    )
}

async fn count(
    db: &Database,
    known: &Known,
    ns: &NamespaceId,
    appends: &[&Append],
) -> Result<Vec<Result<Appended, StoreError>>, Failure> {
    let group = Group::new(appends);
    let marks: Vec<_> = appends.iter().flat_map(|append| append.marks()).collect();
    let runs: Vec<_> = appends.iter().flat_map(|append| append.openings()).collect();
    if group.outcomes.ids.is_empty() && marks.is_empty() && runs.is_empty() {
        return Ok(appends.iter().map(|_| Ok(Appended::default())).collect());
    }
    let knows: Vec<_> =
        group.subjects.keys().map(|subject| (*subject, known.of(ns, subject))).collect();
    let subjects = knows.iter().zip(1..).map(|((subject, known), place)| {
        let more = json!({
            "place": place,
            "known": signed(known.tally.total()),
            "judged_known": signed(known.judged.total()),
        });
        with(columns(subject), more)
    });
    let notings = Notings::of(appends, &group.places, &group.subjects);
    let notes = !notings.is_empty();
    let (notings, failures) = notings.into_document();
    let document = json!({
        "namespace": ns,
        "notings": notings,
        "failures": failures,
        "subjects": subjects.collect::<Vec<_>>(),
        "marks": written_marks(&marks).map_err(Failure::Store)?,
        "runs": runs.iter().map(|run| runs::document(run)).collect::<Vec<_>>(),
    });
    let args = group.outcomes.bind(Args::default().with(document.to_string()));
    let counted = db.call::<Counted>(&calls(notes, !runs.is_empty()), args).await?;
    let counted = counted.ok_or(Failure::Store(StoreError::NoNamespace(ns.clone())))?;
    let mut lagging = Vec::new();
    let mut state = HashMap::new();
    for ((subject, known), told) in knows.into_iter().zip(counted.before.unwrap_or_default()) {
        let kept = told.tally_total;
        let tallies = add_up(subject, known, told).map_err(Failure::Store)?;
        state.insert(subject, tallies);
        lagging.push((subject, kept));
    }
    let fresh: HashSet<usize> = counted.fresh.into_iter().collect();
    let places = group.places.iter();
    let said: Said =
        counted.noted.into_iter().map(|(at, place, totals)| (at, (place, totals))).collect();
    let mut opened = counted.opened.into_iter().map(runs::opened);
    let answers = appends.iter().zip(places).map(|(append, places)| {
        let mut appended = answer(append, places, (&fresh, &said), &mut state);
        appended.opened = opened.by_ref().take(append.openings().len()).collect();
        Ok(appended)
    });
    let answers = answers.collect();
    keep(db, ns, &state, lagging).await;
    for (subject, tallies) in &state {
        known.remember(ns, subject, tallies);
    }
    Ok(answers)
}

/// The answer to one append of a group, on top of those before it.
fn answer<'a>(
    append: &'a Append,
    places: &[Option<usize>],
    (fresh, said): (&HashSet<usize>, &Said),
    state: &mut HashMap<&'a Subject, Tallies>,
) -> Appended {
    let mut appended = Appended::default();
    let mut counted: BTreeMap<&Subject, Vec<usize>> = BTreeMap::new();
    for (index, (outcome, place)) in append.outcomes().iter().zip(places).enumerate() {
        if place.is_some_and(|place| fresh.contains(&place)) {
            counted.entry(&outcome.subject).or_default().push(index);
        } else {
            appended.duplicates += 1;
        }
    }
    for (subject, counted) in counted {
        let tallies = state.entry(subject).or_default();
        let before = tallies.clone();
        for outcome in counted.iter().filter_map(|index| append.outcomes().get(*index)) {
            tallies.tally.add(outcome);
        }
        let (subject, noted) = (subject.clone(), Vec::new());
        let mut of = AppendedSubject { subject, before, counted, noted };
        tell(append, places, said, &mut of);
        appended.subjects.push(of);
    }
    for (subject, mark) in append.marks() {
        if let Some(tallies) = state.get_mut(subject) {
            let newer = mark.total() > tallies.judged.total();
            if newer && mark.total() <= tallies.tally.total() {
                tallies.judged = mark.clone();
            }
        }
    }
    appended
}

/// Says what would be answered, and counts nothing.
pub(crate) async fn rehearse(
    db: &Database,
    known: &Known,
    append: &Append,
) -> Result<Appended, StoreError> {
    let ns = append.namespace();
    let refused = check_all(db, ns, &[append]).await.map_err(Failure::into_error)?;
    if let Some(err) = refused.into_iter().flatten().next() {
        return Err(err);
    }
    let group = Group::new(&[append]);
    let ids: Vec<_> = append.outcomes().iter().map(|outcome| outcome.id.as_uuid()).collect();
    let there = db
        .patiently(
            "SELECT id FROM {s}.outcome
            WHERE ns = {ns} AND id = ANY ($2)",
            Args::default().with(ns.as_str()).with(ids),
        )
        .await?;
    let there: HashSet<uuid::Uuid> =
        there.iter().map(|row| column(row, 0)).collect::<Result<_, _>>()?;
    let mut state = HashMap::new();
    for subject in group.subjects.keys() {
        let found = tallies(db, ns, subject, known.of(ns, subject)).await?;
        state.insert(*subject, found.unwrap_or_default());
    }
    let places = group.places.first().map(Vec::as_slice).unwrap_or_default();
    let fresh =
        append.outcomes().iter().zip(places).filter_map(|(outcome, place)| {
            place.filter(|_| !there.contains(&outcome.id.as_uuid()))
        });
    let mut totals = HashMap::new();
    for (subject, others) in append.notings() {
        for (version, generation) in others.iter().copied() {
            let other = Subject { version, generation, ..subject.clone() };
            let total = match tallies(db, ns, &other, known.of(ns, &other)).await {
                Ok(found) => found.map_or(0, |it| it.tally.total()),
                Err(err) if err.is_temporary() => return Err(err),
                Err(_) => continue,
            };
            totals.insert(other, total);
        }
    }
    let fresh = fresh.collect();
    let mut appended = answer(append, places, (&fresh, &Said::new()), &mut state);
    decide::note(append, &mut appended.subjects, |other| {
        Ok::<_, StoreError>(totals.get(other).copied())
    })?;
    appended.opened = runs::rehearse(db, append).await?;
    Ok(appended)
}
