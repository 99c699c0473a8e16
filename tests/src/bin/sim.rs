//! The driver of the simulation: `cargo xtask sim`.
//!
//! The seeds that ever failed come first, from the file that is named; a seed that fails now is
//! added to it. A mutant is to be caught, and its seeds are added to nothing.

use std::{fs, io::Write as _, path::PathBuf, process::ExitCode};

use clap::Parser;
use sternway::provider::Stopwatch;
use sternway_tests::sim::{Course, EVERYWHERE, Failure, Mutant, Plan, everywhere, run, unsynced};

/// Runs the embedded store on a disk that fails.
#[derive(Debug, Parser)]
struct Options {
    /// The seeds that ever failed, one a line.
    kept: PathBuf,
    /// How many seeds are run.
    #[arg(long, default_value_t = 5_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Runs this one alone.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// What is wrong with the store: it is to be caught.
    #[arg(long)]
    mutant: Option<Mutant>,
}

/// How often a single seed is run: one that failed only under load may need more than one try.
const TRIES: usize = 10;

/// Every so many seeds, a run is repeated and compared.
const REPLAYED: u64 = 16;

fn main() -> ExitCode {
    match drive(&Options::parse()) {
        Ok(code) => code,
        Err(err) => {
            complain(&err.to_string());
            ExitCode::FAILURE
        }
    }
}

fn drive(options: &Options) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mutant = options.mutant.unwrap_or(Mutant::None);
    let play = |seed| {
        unsynced(seed, mutant.syncs())?;
        runtime.block_on(run(&Plan { seed, mutant, fault: None }))
    };
    if mutant == Mutant::None && options.seed.is_none() {
        let told = runtime
            .block_on(everywhere(EVERYWHERE, 1))
            .map_err(|(failure, fault)| format!("seed {EVERYWHERE} with {fault:?}: {failure}"))?;
        say(&format!("one story was told {told} times, with every fault at every operation"))?;
    }
    let (watch, mut sum) = (Stopwatch::start(), Sum::default());
    let mut failed = Vec::new();
    for seed in seeds(options)? {
        match play(seed) {
            Ok(course) => {
                sum.add(&course);
                if seed % REPLAYED == 0 {
                    sum.compare(&course, &play(seed)?);
                }
            }
            Err(failure) => {
                failed.push(seed);
                if mutant != Mutant::None {
                    break;
                }
                say_failure(&format!("seed {seed}"), &failure)?;
                say(&format!("  again: cargo xtask sim --layer redb --seed {seed}"))?;
                keep(options, seed)?;
            }
        }
        sum.seeds += 1;
    }
    say(&format!("{} in {:.1} s", sum.words(), watch.elapsed().as_secs_f64()))?;
    let caught = failed.first().map(|_| sum.seeds + 1);
    match (mutant, caught) {
        (Mutant::None, None) => Ok(ExitCode::SUCCESS),
        (Mutant::None, Some(_)) => Ok(ExitCode::FAILURE),
        (mutant, Some(seeds)) => {
            say(&format!("{mutant:?} was caught within {seeds} seeds"))?;
            Ok(ExitCode::SUCCESS)
        }
        (mutant, None) => Err(format!("{mutant:?} was not caught").into()),
    }
}

/// The seeds to run, those first that ever failed.
fn seeds(options: &Options) -> Result<Vec<u64>, Box<dyn std::error::Error>> {
    if let Some(seed) = options.seed {
        return Ok(vec![seed; TRIES]);
    }
    let mut seeds = if options.mutant.is_none() { kept(options)? } else { Vec::new() };
    seeds.extend(options.from..options.from.saturating_add(options.seeds));
    Ok(seeds)
}

fn kept(options: &Options) -> Result<Vec<u64>, Box<dyn std::error::Error>> {
    let text = fs::read_to_string(&options.kept)?;
    sternway_tests::sim::seeds(&text).map_err(Into::into)
}

fn keep(options: &Options, seed: u64) -> Result<(), Box<dyn std::error::Error>> {
    if kept(options)?.contains(&seed) {
        return Ok(());
    }
    let mut file = fs::OpenOptions::new().append(true).open(&options.kept)?;
    Ok(writeln!(file, "{seed}")?)
}

/// What many runs come to.
#[derive(Debug, Default)]
struct Sum {
    seeds: u64,
    course: Course,
    replays: u64,
    others: u64,
}

impl Sum {
    fn add(&mut self, course: &Course) {
        let sum = &mut self.course;
        sum.openings += course.openings;
        sum.cuts += course.cuts;
        sum.failures += course.failures;
        sum.steps += course.steps;
        sum.acknowledged += course.acknowledged;
        sum.deltas += course.deltas;
        sum.chunks += course.chunks;
        sum.operations += course.operations;
    }

    fn compare(&mut self, course: &Course, again: &Course) {
        self.replays += 1;
        self.others += u64::from(course != again);
    }

    fn words(&self) -> String {
        let Self { seeds, course, replays, others } = self;
        let Course { openings, cuts, failures, steps, acknowledged, .. } = course;
        let Course { deltas, chunks, operations, .. } = course;
        format!(
            "{seeds} seeds: {openings} openings, {cuts} power cuts, {failures} failures of the disk, \
             {steps} steps ({acknowledged} acknowledged), {deltas} deltas and {chunks} chunks, \
             {operations} operations of the disk; {others} of {replays} replays took another course"
        )
    }
}

fn say_failure(what: &str, failure: &Failure) -> std::io::Result<()> {
    say(&format!("{what}: {failure}"))?;
    let mut cause = std::error::Error::source(failure);
    while let Some(source) = cause {
        say(&format!("  because: {source}"))?;
        cause = source.source();
    }
    Ok(())
}

fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{line}")
}

fn complain(line: &str) {
    writeln!(std::io::stderr().lock(), "error: {line}").unwrap_or_default();
}
