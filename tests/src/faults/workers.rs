//! Processes that publish, promote, record and judge in one namespace, and some that are killed.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use sternway::{
    Outcome, Sternway,
    control::Intent,
    types::{EnvironmentId, OutcomeId, Policy, PolicyScope, PolicySetting},
};
use sternway_postgres::Connect;

use super::{
    Told,
    tasks::{HEALED, pause, within},
};
use crate::sim::Dice;

/// Where a process finds the address, which no list of processes is to show.
const WORK_ON: &str = "STERNWAY_WORK_ON";
/// How many artifacts they work on.
const ARTIFACTS: u64 = 3;

/// What a process does: works until it is killed or its input ends, and says what was acknowledged.
///
/// # Errors
///
/// What the store answers for too long.
pub async fn work(seed: u64, told_to_stop: impl Fn() -> bool) -> Told<()> {
    let store = Arc::new(Connect::to(std::env::var(WORK_ON)?).open().await?);
    let opening = || async { Sternway::builder().on(Arc::<_>::clone(&store) as _).await };
    let sw = again("open", opening).await?;
    again("set the policy", || async { many_rollbacks(&sw).await }).await?;
    let mut dice = Dice::of(seed, "work");
    for round in 0_u64.. {
        if told_to_stop() {
            break;
        }
        Box::pin(round_of(&sw, &mut dice, seed, round)).await?;
    }
    again("close", || async { sw.shutdown().await }).await
}

/// Lets more versions go back by themselves than a day has rollbacks for.
///
/// # Errors
///
/// What the store answers.
pub async fn many_rollbacks(sw: &Sternway) -> Result<(), sternway::Error> {
    let policy = Policy::default().with_rollbacks_per_day(1_000);
    let setting = PolicySetting::On(policy.unwrap_or_default());
    let intent = Intent::by(sw.actor().clone());
    sw.control().set_policy(PolicyScope::Namespace, setting, &intent).await?;
    Ok(())
}

async fn round_of(sw: &Sternway, dice: &mut Dice, seed: u64, round: u64) -> Told<()> {
    let name = format!("tools/t{}", dice.below(ARTIFACTS));
    let artifact = sw.artifact(&name);
    let text = format!("text {seed} {round}");
    let publish = || async { artifact.publish(text.as_str()).await };
    let published = again("publish", publish).await?;
    say(format_args!("published {name} {} {}", published.number, published.content.digest))?;
    let promote = || async { artifact.promote(published.number).await };
    let promoted = again("promote", promote).await?;
    if let Some(revision) = promoted.revision {
        say(format_args!("promoted {revision}"))?;
    }
    for run in 0..dice.below(6) {
        let id = format!("{seed} {round} {run}");
        let ok = dice.chance(1, 2);
        let record = || async {
            let live = artifact.live().await?;
            let outcome = if ok { Outcome::ok() } else { Outcome::failed("no luck") };
            live.record(outcome.named(&id)).await
        };
        drop(again("record", record).await?);
        let id = OutcomeId::of_run(&name.parse()?, &EnvironmentId::production(), &id);
        say(format_args!("recorded {id}"))?;
    }
    Ok(())
}

/// Asks until it is done.
async fn again<T, E, F>(what: &str, ask: impl Fn() -> F) -> Told<T>
where
    F: Future<Output = Result<T, E>>,
    E: std::fmt::Display,
{
    let asking = async {
        loop {
            match ask().await {
                Ok(done) => return done,
                Err(_) => pause(Duration::from_millis(20)).await,
            }
        }
    };
    within(HEALED, what, asking).await
}

fn say(line: std::fmt::Arguments<'_>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// A process, and what it said.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    hearing: JoinHandle<()>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Some processes that work on one database.
#[derive(Debug, Default)]
pub struct Workers {
    running: Vec<Worker>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Workers {
    /// Starts another one.
    ///
    /// # Errors
    ///
    /// If it cannot be run.
    pub fn start(&mut self, program: &Path, url: &str, seed: u64) -> Told<()> {
        let mut command = Command::new(program);
        command.arg(seed.to_string()).env(WORK_ON, url);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let said = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        let lines = Arc::clone(&self.lines);
        let hearing = std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        self.running.push(Worker { child, hearing });
        Ok(())
    }

    /// How much was acknowledged.
    #[must_use]
    pub fn acknowledged(&self) -> usize {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Kills the oldest with -9.
    ///
    /// # Errors
    ///
    /// If it cannot be killed.
    pub fn kill_one(&mut self) -> Told<()> {
        if self.running.is_empty() {
            return Ok(());
        }
        let mut worker = self.running.remove(0);
        worker.child.kill()?;
        Ok(())
    }

    /// Ends the others well, and answers with all that was said.
    ///
    /// # Errors
    ///
    /// If one failed.
    pub fn stop(&mut self) -> Told<Vec<String>> {
        for worker in &mut self.running {
            drop(worker.child.stdin.take());
        }
        for mut worker in self.running.drain(..) {
            let status = worker.child.wait()?;
            if !status.success() {
                return Err(format!("a worker failed: {status}").into());
            }
            while !worker.hearing.is_finished() {
                std::thread::yield_now();
            }
        }
        Ok(std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}
