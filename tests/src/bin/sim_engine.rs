//! The driver of the simulation of deployments: `cargo xtask sim --layer engine`.
//!
//! The seeds that ever failed come first, from the file that is named; a seed that fails now is added
//! to it. A mutant is to be caught, and its seeds are added to nothing.

use std::{fs, io::Write as _, path::PathBuf, process::ExitCode};

use clap::Parser;
use sternway::provider::Stopwatch;
use sternway_tests::{
    driver::{driven, say},
    faults::Told,
    sim::{
        Failure,
        engine::{Course, Mutant, everywhere, run},
        seeds,
    },
};

/// Runs deployments that fail at any moment.
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
    /// The end of a life is tried at every so many calls.
    #[arg(long, default_value_t = 1)]
    stride: usize,
    /// What is wrong: it is to be caught.
    #[arg(long)]
    mutant: Option<Mutant>,
}

/// Every so many seeds, a run is repeated, and must be the same.
const REPLAYED: u64 = 16;

fn main() -> ExitCode {
    let options = Options::parse();
    driven(|| match options.mutant {
        Some(mutant) => catch(&options, mutant),
        None => look(&options),
    })
}

fn look(options: &Options) -> Told<()> {
    if options.seed.is_none() {
        let told = everywhere(options.stride)?;
        say(&format!(
            "each strategy was told {told} times in all, with the end of a life at every call"
        ));
    }
    let kept = seeds(&fs::read_to_string(&options.kept)?)?;
    let (watch, mut sum, mut count, mut failed) = (Stopwatch::start(), Course::default(), 0_u64, 0);
    let given = options.seed.into_iter();
    let ahead = kept.iter().copied().chain(range(options)).filter(|_| options.seed.is_none());
    for seed in given.chain(ahead) {
        count += 1;
        match again(seed) {
            Ok(course) => add(&mut sum, &course),
            Err(failure) => {
                failed += 1;
                say(&format!("seed {seed}: {failure}"));
                let mut cause = std::error::Error::source(&failure);
                while let Some(why) = cause {
                    say(&format!("  because: {why}"));
                    cause = why.source();
                }
                say(&format!("  again: cargo xtask sim --layer engine --seed {seed}"));
                if !kept.contains(&seed) && options.seed.is_none() {
                    let mut file = fs::OpenOptions::new().append(true).open(&options.kept)?;
                    writeln!(file, "{seed}")?;
                }
            }
        }
    }
    let Course { deployments, commits, crashes, faults, withdrawn, verdicts, .. } = sum;
    say(&format!(
        "{count} seeds: {deployments} deployments, {commits} commits, {crashes} lives that ended \
         early, {faults} faults, requests taken without the store {withdrawn} times, and {verdicts} \
         verdicts compared with the logs, in {:.1} s",
        watch.elapsed().as_secs_f64()
    ));
    if failed == 0 { Ok(()) } else { Err(format!("{failed} seeds failed").into()) }
}

fn range(options: &Options) -> std::ops::Range<u64> {
    options.from..options.from.saturating_add(options.seeds)
}

fn again(seed: u64) -> Result<Course, Failure> {
    let course = run(seed, Mutant::None)?;
    if seed.is_multiple_of(REPLAYED) && run(seed, Mutant::None)? != course {
        return Err(Failure::Broken("it took another course the second time".into()));
    }
    Ok(course)
}

fn add(sum: &mut Course, course: &Course) {
    sum.deployments += course.deployments;
    sum.commits += course.commits;
    sum.crashes += course.crashes;
    sum.faults += course.faults;
    sum.withdrawn += course.withdrawn;
    sum.verdicts += course.verdicts;
}

fn catch(options: &Options, mutant: Mutant) -> Told<()> {
    let name = mutant.as_str();
    for (count, seed) in (1_u64..).zip(range(options)) {
        if let Err(failure) = run(seed, mutant) {
            say(&format!("{name} was caught within {count} seeds, by seed {seed}: {failure}"));
            return Ok(());
        }
    }
    Err(format!("{name} was not caught").into())
}
