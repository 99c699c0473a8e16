//! A load by `wrk`, which says how many requests were answered, and how.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use sternway_provider::Stopwatch;

use super::pause;
use crate::faults::Told;

/// Longer than any load lasts: it is ended when there is nothing more to see.
const LONGEST: &str = "600s";

/// How long it takes to begin.
const BEGINS: Duration = Duration::from_millis(300);

/// What a load came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// How many requests were answered.
    pub answered: u64,
    /// How many of them with something else than what was asked for.
    pub refused: u64,
    /// How many connections failed, or did not answer in time.
    pub broken: u64,
    /// For how long it was, in milliseconds.
    pub lasted: u64,
}

impl Load {
    /// How many requests failed, as far as is known.
    #[must_use]
    pub const fn failed(&self) -> u64 {
        self.refused + self.broken
    }

    /// What `wrk` says at its end.
    fn read(said: &str, lasted: Duration) -> Told<Self> {
        let lasted = u64::try_from(lasted.as_millis())?;
        let mut load = Self { lasted, ..Self::default() };
        let number = |text: &str| text.trim().parse::<u64>();
        for line in said.lines() {
            if let Some((answered, _)) = line.split_once(" requests in ") {
                load.answered = number(answered)?;
            } else if let Some((_, refused)) = line.split_once("Non-2xx or 3xx responses: ") {
                load.refused = number(refused)?;
            } else if let Some((_, errors)) = line.split_once("Socket errors: ") {
                for error in errors.split(", ").filter_map(|error| error.split_once(' ')) {
                    load.broken += number(error.1)?;
                }
            }
        }
        if load.answered == 0 {
            return Err(format!("wrk had no answer: {said}").into());
        }
        Ok(load)
    }
}

/// How requests come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connections {
    /// One after the other on connections that are kept.
    Kept,
    /// Each on a connection of its own. One that is kept may be ended between two requests by a reload, with
    /// Sternway or without; clients send again then, and `wrk` does not.
    New,
}

/// Who makes loads.
#[derive(Clone, Debug)]
pub struct Wrk(pub PathBuf);

impl Wrk {
    /// Has requests go to a port of this host while something is done, and at least for so long.
    ///
    /// # Errors
    ///
    /// What doing it fails with, and if there is no load.
    pub fn during<T>(
        &self,
        (port, connections): (u16, Connections),
        least: Duration,
        work: impl FnOnce() -> Told<T>,
    ) -> Told<(Load, T)> {
        let url = format!("http://127.0.0.1:{port}/search");
        let mut command = Command::new(&self.0);
        command.args(["-t", "1", "-c", "16", "-d", LONGEST, "--timeout", "10s"]);
        if connections == Connections::New {
            command.args(["-H", "connection: close"]);
        }
        command.arg(&url);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let (id, begun) = (child.id(), Stopwatch::start());
        pause(BEGINS);
        let done = work();
        pause(least.saturating_sub(begun.elapsed()));
        let lasted = begun.elapsed();
        interrupt(id)?;
        let said = String::from_utf8(child.wait_with_output()?.stdout)?;
        Ok((Load::read(&said, lasted)?, done?))
    }
}

/// Ends a load as Ctrl-C does: it says then what it came to.
fn interrupt(id: u32) -> Told<()> {
    let ended = Command::new("kill").args(["-INT", &id.to_string()]).status()?;
    if ended.success() { Ok(()) } else { Err("the load had ended before".into()) }
}

/// Where `wrk` is, by the variable that `cargo xtask traffic` sets.
///
/// # Errors
///
/// If it is not set.
pub fn wrk_given() -> Told<Wrk> {
    let program = std::env::var_os("STERNWAY_TEST_WRK");
    let program = program.ok_or("STERNWAY_TEST_WRK is not set: run cargo xtask traffic")?;
    Ok(Wrk(Path::new(&program).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_says_is_understood() {
        let said = "Running 10m test @ http://127.0.0.1:1/\n  1 threads and 16 connections\n\
                    \x20 87420 requests in 5.00s, 10.20MB read\n\
                    \x20 Socket errors: connect 1, read 2, write 0, timeout 3\n\
                    \x20 Non-2xx or 3xx responses: 7\nRequests/sec:  17484.1\n";
        let load = Load::read(said, Duration::from_secs(5)).unwrap();
        let expected = Load { answered: 87_420, refused: 7, broken: 6, lasted: 5_000 };
        assert_eq!(load, expected);
        assert_eq!(load.failed(), 13);
        assert!(Load::read("unable to connect", Duration::ZERO).is_err());
    }
}
