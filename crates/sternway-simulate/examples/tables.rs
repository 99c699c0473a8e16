//! Prints the tables of the reference, simulated anew: `cargo xtask simulate`.
//!
//! It ends with a failure if a promise is not kept, or a cell disagrees with the reference.

use std::{
    error::Error,
    fs,
    io::{self, IsTerminal as _, Write as _},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use clap::Parser;
use sternway_policy::evidence::Alpha;
use sternway_provider::Stopwatch;
use sternway_simulate::{
    Summary,
    plot::{self, Line},
    reference::findings,
    tables::{self, Cell, Plan, Table},
};
use sternway_types::Ratio;

/// Simulates deployments.
#[derive(Debug, Parser)]
struct Options {
    /// Only the tables of these names.
    names: Vec<String>,
    /// How many deployments are behind each cell, of all tables alike.
    #[arg(long)]
    runs: Option<u64>,
    /// The seed of all of them.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder that gets the page and the plots.
    #[arg(long, conflicts_with = "names")]
    write: Option<PathBuf>,
}

/// How improbable a finding must be that chance alone has made.
const LEVEL: f64 = 1e-6;

fn main() -> ExitCode {
    match drive(&Options::parse()) {
        Ok(code) => code,
        Err(err) => {
            writeln!(io::stderr(), "error: {err}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

fn drive(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let level = Alpha::new(LEVEL)?;
    let mut plans = tables::all(options.runs)?;
    let named = |plan: &Plan| options.names.iter().any(|name| name == plan.name());
    plans.retain(|plan| options.names.is_empty() || named(plan));
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let meter = Meter::new(plans.iter().map(Plan::deployments).sum());
    let (mut filled, mut found) = (Vec::new(), Vec::new());
    for plan in &plans {
        let table = plan.run(options.seed, threads, &|runs| meter.add(runs));
        meter.clear();
        say(&table.markdown())?;
        found.extend(findings(&table, level));
        filled.push(table);
    }
    for finding in &found {
        say(&finding.to_string())?;
    }
    if let Some(folder) = &options.write {
        write(folder, options.seed, &filled)?;
    }
    let (deployments, seconds) = (meter.done.into_inner(), meter.watch.elapsed().as_secs());
    say(&format!("{deployments} deployments in {seconds} s: {} findings", found.len()))?;
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The page with all tables, and the plots beside it.
fn write(folder: &Path, seed: u64, tables: &[Table]) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let mut page = format!("{}\nSeed {seed}.\n", include_str!("tables.md"));
    for table in tables {
        page.push('\n');
        page.push_str(&table.markdown());
    }
    fs::write(folder.join("tables.md"), page)?;
    let rates =
        [0.99, 0.95, 0.9, 0.75].map(Ratio::new).into_iter().collect::<Result<Vec<_>, _>>()?;
    fs::write(folder.join("boundary.svg"), plot::boundaries(&rates, Alpha::new(0.01)?)?)?;
    fs::write(folder.join("habits.svg"), habits(tables)?)?;
    fs::write(folder.join("delay.svg"), delays(tables)?)?;
    Ok(())
}

/// Which share of healthy versions is rolled back by rules of thumb, by habits, and by Test H.
fn habits(tables: &[Table]) -> Result<String, Box<dyn Error>> {
    let of = |name, labels: &[&str], column| {
        summary(tables, name, labels, column).ok_or("a table has no such cell")
    };
    let healthy = ["0.95", "0.00"];
    let lines = [
        ("15 points over 10 or more", of("a", &healthy, 0)?),
        ("3 in a row", of("a", &healthy, 1)?),
        ("windows of 50", of("habits", &["0.95"], 1)?),
        ("z-test at every outcome", of("habits", &["0.95"], 0)?),
        ("Test H, alpha 0.01", of("a", &healthy, 3)?),
    ];
    let title = "Healthy versions rolled back, at a success rate of 0.95";
    Ok(plot::stopped(title, 10_000, &lines)?)
}

/// How long Test H and Test A take, by how much worse the candidate is.
fn delays(tables: &[Table]) -> Result<String, Box<dyn Error>> {
    let drops = [("0.02", 2.0), ("0.05", 5.0), ("0.15", 15.0), ("0.30", 30.0)];
    let line = |name, column, base| {
        let point = |(label, points): (&str, f64)| {
            let summary = summary(tables, name, &[base, label], column)?;
            // A median of few says how soon these few were found, and not how soon one is.
            let most = summary.stopped() * 2 > summary.runs();
            most.then(|| summary.median()).flatten().map(|median| (points, median))
        };
        drops.into_iter().filter_map(point).collect::<Vec<_>>()
    };
    let lines = [
        ("Test H, known rate 0.99", line("a", 3, "0.99")),
        ("Test H, known rate 0.95", line("a", 3, "0.95")),
        ("Test H, known rate 0.9", line("a", 3, "0.9")),
        ("Test H, known rate 0.75", line("a", 3, "0.75")),
        ("Test H, 1,000 measured at 0.95", line("a", 6, "0.95")),
        ("Test A, share 20 %, rate 0.95", line("b", 1, "0.95")),
    ];
    let lines = lines.map(|(name, points)| Line { name: name.to_owned(), points });
    Ok(plot::delays("Outcomes of the candidate until it is rolled back", &lines)?)
}

fn summary<'a>(
    tables: &'a [Table],
    name: &str,
    labels: &[&str],
    column: usize,
) -> Option<&'a Summary> {
    let table = tables.iter().find(|table| table.name == name)?;
    let row = table.rows.iter().find(|row| row.labels == labels)?;
    match row.cells.get(column)? {
        Cell::Simulated { summary, .. } => Some(summary),
        Cell::Exact(_) => None,
    }
}

/// How far it has come: one line on a terminal, drawn over and over.
struct Meter {
    shown: bool,
    of: u64,
    done: AtomicU64,
    watch: Stopwatch,
    last: Mutex<Duration>,
}

impl Meter {
    fn new(of: u64) -> Self {
        Self {
            shown: io::stderr().is_terminal(),
            of,
            done: AtomicU64::new(0),
            watch: Stopwatch::start(),
            last: Mutex::default(),
        }
    }

    fn add(&self, runs: u64) {
        let done = self.done.fetch_add(runs, Ordering::Relaxed) + runs;
        let now = self.watch.elapsed();
        // Who finds it taken need not draw: somebody else does.
        let Ok(mut last) = self.last.try_lock() else { return };
        if self.shown && now.saturating_sub(*last) >= Duration::from_millis(100) {
            *last = now;
            let percent = done * 100 / self.of.max(1);
            draw(&format!("\r\u{1b}[K{percent:>3} %  {done} deployments"));
        }
    }

    fn clear(&self) {
        if self.shown {
            draw("\r\u{1b}[K");
        }
    }
}

/// Nothing is left to be done if the terminal is gone.
fn draw(text: &str) {
    let mut err = io::stderr().lock();
    err.write_all(text.as_bytes()).and_then(|()| err.flush()).unwrap_or_default();
}

fn say(text: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}
