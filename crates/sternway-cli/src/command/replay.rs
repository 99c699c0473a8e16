//! `sternway replay`: what a policy would have done about outcomes that were recorded elsewhere.
//!
//! The file is read twice: first every line is looked at, and which versions there are; then they are
//! judged in the order of the file.

use std::{cell::OnceCell, collections::BTreeMap, io, process::ExitCode, time::Duration};

use sternway::{
    api::{ReplayedStayView, ReplayedView},
    policy::{Baseline, Judge},
    types::{
        ArtifactId, EnvironmentId, FrozenBaseline, Generation, Outcome, OutcomeId, Policy,
        Regression, Subject, Tally, Timestamp, Verdict, VersionNumber,
    },
};

use super::policy::named;
use crate::{
    context::Context,
    error::CliError,
    format::{
        number::{count, counted, percent},
        visible,
    },
    input::{
        lines::{Line, Lines},
        outcome_line::{LineError, OutcomeLine, Target},
        source::Source,
    },
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
};

const EXAMPLES: &str = "\
Examples:
  sternway replay runs.jsonl --policy sound
  sternway replay runs.jsonl --policy strict.toml --json
  sternway outcomes tools/search@v2 -o jsonl | sternway replay - --policy cautious

Each line is an outcome, as `record --from` takes it; what names no artifact or version is of one.
A version is held against the one that came before it in the file and was not taken back, as it
stood when the version first ran. Outcomes without a time are a second apart. Nothing is read from
a store, and nothing is written.";

/// Say what a policy would have done about a file of outcomes: which versions it would have taken back, and
/// at which run.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A file with an outcome on each line; `-` for standard input.
    #[arg(value_name = "FILE|-")]
    from: Source,

    /// The name of a preset, or a file with a policy.
    #[arg(long, value_name = "POLICY|FILE")]
    policy: Source,
}

/// One stay of a version: the outcomes of it that the file has.
struct Stay<'a> {
    subject: Subject,
    tally: Tally,
    /// What it is held against, once it ran.
    judge: Option<Judge<'a>>,
    baseline: Option<VersionNumber>,
    decided: Option<(u64, u64, Box<Regression>)>,
}

/// What a first look at the file found: its versions, in the order in which they first ran.
#[derive(Default)]
struct Survey {
    lines: u64,
    places: BTreeMap<Target, usize>,
    subjects: Vec<Subject>,
}

pub(crate) fn run(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let (name, policy) = named(&args.policy)?;
    let mut lines = Lines::open(&args.from).map_err(|err| unreadable(&args.from, err))?;
    let survey = survey(&args.from, &mut lines)?;
    let frozen: Vec<OnceCell<FrozenBaseline>> =
        survey.subjects.iter().map(|_| OnceCell::new()).collect();
    let known: Vec<OnceCell<Tally>> = survey.subjects.iter().map(|_| OnceCell::new()).collect();
    let mut replay = Replay {
        policy: &policy,
        frozen: &frozen,
        known: &known,
        stays: survey.subjects.iter().map(Stay::of).collect(),
    };
    lines.rewind().map_err(|err| unreadable(&args.from, err))?;
    let mut meter = context.console.meter();
    let mut read = 0;
    while let Some(line) = lines.next().map_err(|err| unreadable(&args.from, err))? {
        let number = line.number;
        let parsed = parse(&args.from, line)?;
        let place = survey.places.get(&parsed.target).copied();
        replay.read(number, place, parsed).map_err(|err| bad_line(&args.from, number, &err))?;
        read += 1;
        meter.show(lines.read(), lines.length(), read, "lines judged");
    }
    drop(meter);
    let stays = replay.stays.iter().map(view).collect();
    let view = ReplayedView { policy: name, lines: survey.lines, stays };
    context.answer(&view, &view.policy, |page| write(&view, page))?;
    Ok(ExitCode::SUCCESS)
}

fn unreadable(from: &Source, err: io::Error) -> CliError {
    CliError::file(from.path().unwrap_or_else(|| "standard input".as_ref()), err)
}

fn bad_line(from: &Source, line: u64, err: &dyn std::fmt::Display) -> CliError {
    CliError::invalid(format!("{}, line {line}: {err}", from.name()))
        .with_help("sternway record --help says how outcomes are written")
}

fn parse(from: &Source, line: Line<'_>) -> Result<OutcomeLine, CliError> {
    let parsed = line.bytes.ok_or(LineError::TooLong).and_then(OutcomeLine::parse);
    parsed.map_err(|err| bad_line(from, line.number, &err))
}

/// Looks at every line.
fn survey(from: &Source, lines: &mut Lines) -> Result<Survey, CliError> {
    let mut survey = Survey::default();
    while let Some(line) = lines.next().map_err(|err| unreadable(from, err))? {
        let target = parse(from, line)?.target;
        survey.lines += 1;
        if !survey.places.contains_key(&target) {
            let subject = subject(&target, survey.subjects.len())?;
            survey.places.insert(target, survey.subjects.len());
            survey.subjects.push(subject);
        }
    }
    Ok(survey)
}

/// What a line is about: what it does not say is the same for all.
fn subject(target: &Target, place: usize) -> Result<Subject, CliError> {
    let artifact = match &target.artifact {
        Some(artifact) => artifact.clone(),
        None => "replayed/runs".parse::<ArtifactId>().map_err(CliError::invalid_by)?,
    };
    Ok(Subject {
        artifact,
        environment: target.environment.clone().unwrap_or_else(EnvironmentId::production),
        version: target.version.unwrap_or(VersionNumber::FIRST),
        generation: Generation::new(place as u64 + 1),
    })
}

/// A file that is judged line by line.
struct Replay<'a> {
    policy: &'a Policy,
    /// What each stay is held against, by its place, and all that is known of it.
    frozen: &'a [OnceCell<FrozenBaseline>],
    known: &'a [OnceCell<Tally>],
    stays: Vec<Stay<'a>>,
}

impl Replay<'_> {
    fn read(
        &mut self,
        line: u64,
        place: Option<usize>,
        parsed: OutcomeLine,
    ) -> Result<(), sternway::types::OutcomeError> {
        let Some(place) = place else { return Ok(()) };
        if self.stays.get(place).is_some_and(|stay| stay.judge.is_none()) {
            self.begin(place);
        }
        let Some(stay) = self.stays.get_mut(place) else { return Ok(()) };
        // A line without a time is a second after the one before it.
        let now = Timestamp::EPOCH.saturating_add(Duration::from_secs(line));
        let id = OutcomeId::from_name(&line.to_string());
        let outcome = parsed.outcome.into_record(stay.subject.clone(), id, now)?;
        stay.judge(&outcome, line, self.policy);
        Ok(())
    }

    /// Holds a version that runs for the first time against the last good one before it.
    fn begin(&mut self, place: usize) {
        let Some(subject) = self.stays.get(place).map(|stay| stay.subject.clone()) else { return };
        let before = self.stays.iter().take(place).rev().find(|other| {
            let same = other.subject.artifact == subject.artifact
                && other.subject.environment == subject.environment;
            same && other.decided.is_none()
        });
        let cell = self.frozen.get(place);
        let frozen = cell.zip(before).map(|(cell, before)| {
            cell.get_or_init(|| FrozenBaseline {
                artifact: subject.artifact.clone(),
                environment: subject.environment.clone(),
                generation: subject.generation,
                candidate: subject.version,
                version: before.subject.version,
                succeeded: before.tally.succeeded,
                failed: before.tally.failed,
                errors: before.tally.errors().clone(),
                quantiles: before.tally.quantiles().clone(),
            })
        });
        let known = self.known.get(place).zip(before);
        let tallies = known.map_or(&[][..], |(cell, before)| {
            std::slice::from_ref(cell.get_or_init(|| before.tally.clone()))
        });
        if let Some(stay) = self.stays.get_mut(place) {
            stay.baseline = frozen.map(|frozen| frozen.version);
            let baseline = frozen.map(|frozen| Baseline {
                version: frozen.version,
                tallies,
                frozen: Some(frozen),
            });
            stay.judge = Some(Judge::new(self.policy, baseline));
        }
    }
}

impl Stay<'_> {
    fn of(subject: &Subject) -> Self {
        let (subject, tally) = (subject.clone(), Tally::default());
        Self { subject, tally, judge: None, baseline: None, decided: None }
    }

    fn judge(&mut self, outcome: &Outcome, line: u64, policy: &Policy) {
        self.tally.add(outcome);
        if let Some(judge) = &self.judge {
            judge.take_along(&mut self.tally, outcome);
        }
        let looks =
            self.decided.is_none() && (outcome.is_failure() || !policy.begins_with_a_failure());
        let Some(judge) = self.judge.as_mut().filter(|_| looks) else { return };
        if let Verdict::Regressed(regression) = judge.look(&self.tally) {
            self.decided = Some((line, self.tally.total(), regression));
        }
    }
}

fn view(stay: &Stay<'_>) -> ReplayedStayView {
    let decided = stay.decided.as_ref();
    ReplayedStayView {
        artifact: stay.subject.artifact.clone(),
        version: stay.subject.version,
        environment: stay.subject.environment.clone(),
        tally: (&stay.tally).into(),
        baseline_version: stay.baseline,
        line: decided.map(|(line, _, _)| *line),
        run: decided.map(|(_, run, _)| *run),
        regression: decided.map(|(_, _, regression)| regression.as_ref().into()),
    }
}

fn write(view: &ReplayedView, page: &mut Page) {
    let (name, dot) = (style::paint(style::NAME, &view.policy), page.symbols().dot);
    page.line(format_args!("{name} {dot} {}", counted(view.lines, "outcome")));
    let mut table = Table::new([
        Column::Left("VERSION"),
        Column::Right("RUNS"),
        Column::Right("SUCCESS"),
        Column::Left("HELD AGAINST"),
        Column::Left("WOULD BE TAKEN BACK"),
    ]);
    for stay in &view.stays {
        let back = match (&stay.regression, stay.run, stay.line) {
            (Some(regression), Some(run), Some(line)) => {
                let said = visible::line(&regression.description);
                Cell::styled(style::BAD, format!("at run {} (line {line}): {said}", count(run)))
            }
            _ => Cell::styled(style::GOOD, "never"),
        };
        let held = stay.baseline_version.map_or_else(String::new, |version| version.to_string());
        table.row([
            Cell::new(format!("{} {}", stay.artifact, stay.version)),
            Cell::new(count(stay.tally.total)),
            Cell::new(stay.tally.success_ratio.map_or_else(String::new, percent)),
            Cell::new(held),
            back,
        ]);
    }
    table.write(page);
}
