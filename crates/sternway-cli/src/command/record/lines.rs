//! `sternway record --from`: outcomes by the million, one per line.
//!
//! The file is read twice. First every line is looked at, and nothing is recorded if one is bad,
//! unless bad lines are to be left out. Then what the lines are about is looked up once, so that a
//! rollback in the middle changes nothing for the lines after it, and they are recorded in batches,
//! in their order. Limits: in a dry run each batch is tried alone, as if there were no other.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    io,
    path::Path,
};

use sternway::{
    Missing,
    api::{BadLineView, Problem, ProblemCode},
    control::{Control, record::Judged},
    policy::Standing,
    types::{Outcome, OutcomeId, Reference, Subject, Timestamp, Verdict},
};

use super::{
    line_ids::LineIds,
    targets::{Defaults, Subjects},
};
use crate::{
    command::exec::withdrawn,
    context::Context,
    error::CliError,
    format::number::{count, counted},
    input::{
        lines::{Line, Lines},
        outcome_line::{LineError, OutcomeLine, Target},
        source::Source,
    },
    meter::Meter,
};

/// How many outcomes become durable at once. Ids fall all over their table, so that a small batch
/// writes as many pages as a large one: 10,000 take half as long again for a million.
const BATCH: usize = 50_000;
/// How many bad lines are named.
const MAX_NAMED: usize = 1_000;
/// How many bad lines are named in why nothing was recorded.
const MAX_TOLD: usize = 10;

/// What is done about lines that are no outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadLines {
    /// Nothing is recorded if there is one.
    Refuse,
    /// They are left out, and named.
    Skip,
}

/// What a file of outcomes led to.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// How many lines there were, blank ones left out.
    pub(super) lines: u64,
    /// How many outcomes were new.
    pub(super) counted: u64,
    /// How many had been counted before.
    pub(super) duplicates: u64,
    /// The lines that were left out.
    pub(super) bad: Bad,
    /// What it came to for each subject, and how near each rule is to holding for it; nothing where the
    /// policy is off.
    pub(super) subjects: Vec<(Judged, Option<Vec<Standing>>)>,
}

/// Lines that are no outcomes.
#[derive(Debug, Default)]
pub(super) struct Bad {
    pub(super) count: u64,
    /// The first of them.
    pub(super) named: Vec<BadLineView>,
}

impl Bad {
    fn add(&mut self, line: u64, problem: &str) {
        self.count += 1;
        if self.named.len() < MAX_NAMED {
            self.named.push(BadLineView { line, problem: problem.into() });
        }
    }
}

/// What a first look at every line found.
#[derive(Default)]
struct Survey {
    lines: u64,
    bad: Bad,
    /// With the first line about each.
    targets: BTreeMap<Target, u64>,
}

/// Reads outcomes and records them.
///
/// # Errors
///
/// [`CliError::File`] if the file cannot be read, [`CliError::Problem`] if it has bad lines that are
/// not to be left out, and [`CliError::Sternway`] if the store cannot take them.
pub(super) async fn run(
    context: &Context,
    from: &Source,
    reference: Option<&Reference>,
    bad_lines: BadLines,
) -> Result<Recorded, CliError> {
    let lines = Lines::open(from).map_err(|err| unreadable(from, err))?;
    let meter = context.console.meter();
    let defaults = Defaults { reference, environment: &context.environment };
    let mut reading = Reading { context, from, lines, meter, defaults, bad_lines };
    let survey = reading.survey()?;
    reading.refuse_if(survey.lines, &survey.bad)?;
    let recorded = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let subjects = reading.look_up(control, &survey).await?;
        reading.record(control, &subjects).await
    });
    recorded.await
}

/// A file that is being read, and what is told on the way.
struct Reading<'a> {
    context: &'a Context,
    from: &'a Source,
    lines: Lines,
    meter: Meter,
    defaults: Defaults<'a>,
    bad_lines: BadLines,
}

impl Reading<'_> {
    /// Looks at every line.
    fn survey(&mut self) -> Result<Survey, CliError> {
        let (now, mut survey) = (self.context.now(), Survey::default());
        while let Some(line) = self.lines.next().map_err(|err| unreadable(self.from, err))? {
            survey.lines += 1;
            let number = line.number;
            match look(line, &self.defaults, now) {
                Ok(target) => {
                    survey.targets.entry(target).or_insert(number);
                }
                Err(err) if self.bad_lines == BadLines::Refuse => {
                    survey.bad.add(number, &err.to_string());
                }
                // It is named when it is left out.
                Err(_) => (),
            }
            let (read, length) = (self.lines.read(), self.lines.length());
            self.meter.show(read, length, survey.lines, "lines read");
        }
        Ok(survey)
    }

    async fn look_up(&self, control: &Control, survey: &Survey) -> Result<Subjects, CliError> {
        let subjects = self.defaults.look_up(control, &survey.targets).await?;
        let mut bad: Vec<(u64, &str)> = Vec::new();
        for (target, line) in &survey.targets {
            if let Some(Err(problem)) = subjects.get(target) {
                bad.push((*line, problem));
            }
        }
        bad.sort_unstable();
        let mut all = Bad::default();
        bad.into_iter().for_each(|(line, problem)| all.add(line, problem));
        self.refuse_if(survey.lines, &all)?;
        Ok(subjects)
    }

    /// Records every good line.
    async fn record(
        &mut self,
        control: &Control,
        subjects: &Subjects,
    ) -> Result<Recorded, CliError> {
        self.lines.rewind().map_err(|err| unreadable(self.from, err))?;
        let mut recorder =
            Recorder { control, recorded: Recorded::default(), all: BTreeMap::new() };
        let mut batch = Vec::with_capacity(BATCH);
        let mut ids = LineIds::about(self.defaults.reference);
        let now = control.now();
        while let Some(line) = self.lines.next().map_err(|err| unreadable(self.from, err))? {
            recorder.recorded.lines += 1;
            let number = line.number;
            match outcome(line, subjects, &mut ids, now) {
                Ok(outcome) => batch.push(outcome),
                Err(problem) => recorder.recorded.bad.add(number, &problem),
            }
            if batch.len() >= BATCH {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                self.said(recorder.flush(full).await, &recorder.recorded)?;
                let (read, length) = (self.lines.read(), self.lines.length());
                self.meter.show(read, length, recorder.recorded.lines, "lines recorded");
            }
        }
        if !batch.is_empty() {
            self.said(recorder.flush(batch).await, &recorder.recorded)?;
        }
        recorder.finish().await
    }

    /// Nothing was recorded yet, and nothing will be if there are bad lines.
    fn refuse_if(&self, lines: u64, bad: &Bad) -> Result<(), CliError> {
        if bad.count == 0 || self.bad_lines == BadLines::Skip {
            return Ok(());
        }
        let name = self.from.name();
        let (found, of) = (count(bad.count), counted(lines, "line"));
        let detail = format!("nothing was recorded: {found} of {of} of {name} cannot be taken");
        let told = bad.named.iter().take(MAX_TOLD);
        let told = told.map(|BadLineView { line, problem }| format!("  line {line}: {problem}"));
        let more = bad.count.saturating_sub(MAX_TOLD as u64);
        let more = (more > 0).then(|| format!("  and {} more", count(more)));
        let detail: Vec<_> = [detail].into_iter().chain(told).chain(more).collect();
        let mut problem = Problem::new(ProblemCode::Invalid, detail.join("\n"));
        problem.help = Some("mend them, or leave them out with --skip-bad".into());
        problem.members.insert("bad".into(), bad.count.into());
        let named = serde_json::to_value(&bad.named).unwrap_or_default();
        problem.members.insert("bad_lines".into(), named);
        Err(CliError::Problem(Box::new(problem)))
    }

    /// Says what stays recorded after a failure.
    fn said(&self, flushed: Result<(), CliError>, so_far: &Recorded) -> Result<(), CliError> {
        if flushed.is_err() && so_far.counted > 0 {
            let outcomes = counted(so_far.counted, "outcome");
            let note = format!("{outcomes} were recorded before: repeated, each counts once");
            self.context.console.note(&note);
        }
        flushed
    }
}

/// Hands outcomes over, and adds up what comes of them.
struct Recorder<'a> {
    control: &'a Control,
    recorded: Recorded,
    all: BTreeMap<Subject, Judged>,
}

impl Recorder<'_> {
    async fn flush(&mut self, batch: Vec<Outcome>) -> Result<(), CliError> {
        let recorded = self.control.record(batch).await?;
        self.recorded.duplicates += recorded.duplicates as u64;
        for judged in recorded.judged {
            self.recorded.counted += judged.counted as u64;
            withdrawn(self.control, &judged).await?;
            self.add(judged);
        }
        Ok(())
    }

    /// The first regression of a subject stays: what came after it changed nothing.
    fn add(&mut self, judged: Judged) {
        let kept = match self.all.entry(judged.subject.clone()) {
            Entry::Vacant(free) => {
                free.insert(judged);
                return;
            }
            Entry::Occupied(kept) => kept.into_mut(),
        };
        kept.counted += judged.counted;
        kept.tally = judged.tally;
        if !matches!(kept.verdict, Verdict::Regressed(_)) {
            (kept.verdict, kept.reaction) = (judged.verdict, judged.reaction);
        }
    }

    async fn finish(self) -> Result<Recorded, CliError> {
        let mut recorded = self.recorded;
        for (subject, judged) in self.all {
            let standings = self.control.standings(&subject, &judged.tally).await?;
            recorded.subjects.push((judged, standings));
        }
        Ok(recorded)
    }
}

/// What a line is about, if it is good as far as can be told without the store.
fn look(line: Line<'_>, defaults: &Defaults<'_>, now: Timestamp) -> Result<Target, LineError> {
    let line = OutcomeLine::parse(line.bytes.ok_or(LineError::TooLong)?)?;
    let subject = defaults.stand_in(&line.target)?;
    // The id is of no matter here.
    line.outcome.into_record(subject, OutcomeId::from_uuid(Default::default()), now)?;
    Ok(line.target)
}

/// The outcome that a line tells.
fn outcome(
    line: Line<'_>,
    subjects: &Subjects,
    ids: &mut LineIds,
    now: Timestamp,
) -> Result<Outcome, String> {
    let said = |err: LineError| err.to_string();
    let bytes = line.bytes.ok_or(LineError::TooLong).map_err(said)?;
    let line = OutcomeLine::parse(bytes).map_err(said)?;
    let subject = match subjects.get(&line.target) {
        Some(subject) => subject.clone()?,
        None => return Err("the file changed while it was read".into()),
    };
    let name = line.id.unwrap_or_else(|| ids.name(bytes));
    let id = OutcomeId::of_run(&subject.artifact, &subject.environment, &name);
    line.outcome.into_record(subject, id, now).map_err(|err| said(err.into()))
}

fn unreadable(from: &Source, err: io::Error) -> CliError {
    CliError::file(from.path().unwrap_or(Path::new("standard input")), err)
}
