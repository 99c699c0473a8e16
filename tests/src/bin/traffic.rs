//! The driver of `cargo xtask traffic`.

use std::process::ExitCode;

use sternway_tests::driver::driven;

#[cfg(unix)]
mod unix {
    use std::path::PathBuf;

    use clap::Parser;
    use sternway_tests::{
        driver::say,
        faults::Told,
        traffic::{Drill, haproxy_given, wrk_given},
    };

    /// Deploys versions under load, through a real `HAProxy`.
    #[derive(Debug, Parser)]
    struct Options {
        /// The `sternway` command.
        #[arg(long)]
        command: PathBuf,
        /// How long each load lasts at least.
        #[arg(long, default_value_t = 6)]
        seconds: u64,
        /// How many rollbacks are measured.
        #[arg(long, default_value_t = 200)]
        rollbacks: usize,
        /// Print one JSON object for each line.
        #[arg(long)]
        json: bool,
    }

    pub(super) fn drive() -> Told<()> {
        let options = Options::parse();
        let drill = Drill {
            haproxy: haproxy_given(),
            command: options.command,
            wrk: wrk_given()?,
            seconds: options.seconds.max(3),
            rollbacks: options.rollbacks.max(1),
        };
        let mut missed = 0;
        drill.run(&mut |row| {
            missed += usize::from(!row.met);
            say(&if options.json { row.to_json() } else { row.to_string() });
        })?;
        if missed == 0 { Ok(()) } else { Err(format!("{missed} bars were missed").into()) }
    }
}

#[cfg(unix)]
fn main() -> ExitCode {
    driven(unix::drive)
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    driven(|| Err("HAProxy is run on Unix alone".into()))
}
