//! The bars of docs/performance.md: each is measured beside its floor in the same run, since only
//! their ratio means something on another machine.
//!
//! `cargo xtask bench [NAME] [--json|--markdown]` runs them: a table for people, one JSON object per
//! line for programs, or what docs/performance.md shows.

mod bundle;
mod contents;
mod deployments;
mod emergency;
mod floor;
mod judge;
mod live;
mod million;
mod outcomes;
mod postgres;
mod publish;
mod report;
mod rollback;
mod sample;
mod taped;

use std::{error::Error, io::Write as _, process::ExitCode};

use crate::report::{Bar, Form};

/// What measuring may fail with.
type Measured<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A bar's name, and what measures it.
type Entry = (&'static str, fn() -> Measured<Vec<Bar>>);

const BARS: [Entry; 15] = [
    ("rollback", rollback::measure),
    ("emergency", emergency::measure),
    ("deployments", deployments::measure),
    ("judge", judge::measure),
    ("live", live::measure),
    ("publish", publish::measure),
    ("outcomes", outcomes::measure),
    ("million", million::measure),
    ("bundle", bundle::measure),
    ("contents", contents::measure),
    ("postgres-rollback", postgres::rollback),
    ("postgres-emergency", postgres::emergency),
    ("postgres-outcomes", postgres::outcomes),
    ("postgres-writers", postgres::writers),
    ("postgres-million", postgres::million),
];

fn main() -> Measured<ExitCode> {
    // Cargo adds `--bench` to what it passes on.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let form = Form::of(&args);
    let name = args.iter().find(|arg| !arg.starts_with("--"));
    let chosen = |entry: &&Entry| name.is_none_or(|name| entry.0.starts_with(name.as_str()));
    let mut met = true;
    let mut out = std::io::stdout().lock();
    let entries: Vec<&Entry> = BARS.iter().filter(chosen).collect();
    if entries.is_empty() {
        let names: Vec<&str> = BARS.iter().map(|entry| entry.0).collect();
        return Err(format!("there is no such bar: expected one of {}", names.join(", ")).into());
    }
    if form == Form::Markdown {
        writeln!(out, "{}", report::heading())?;
    }
    for (_, measure) in entries {
        for bar in measure()? {
            met &= bar.met;
            writeln!(out, "{}", bar.to_line(form))?;
        }
    }
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
