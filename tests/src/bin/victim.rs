//! The process that the kill -9 story kills: it publishes, promotes and records in a loop, and
//! writes a line to standard output for everything that was acknowledged.
//!
//! `victim FOLDER SEED`

use std::{error::Error, io::Write as _};

use sternway::{
    Outcome, Sternway,
    types::{EnvironmentId, OutcomeId},
};

/// How many artifacts it works on.
const ARTIFACTS: u64 = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("a folder is missing")?;
    let seed: u64 = args.next().ok_or("a seed is missing")?.parse()?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work(&folder, seed))
}

async fn work(folder: &str, seed: u64) -> Result<(), Box<dyn Error>> {
    let sw = Sternway::builder().with_actor("victor".parse()?).open(folder).await?;
    sternway_tests::faults::many_rollbacks(&sw).await?;
    let mut dice = Dice(seed);
    for round in 0_u64.. {
        let name = format!("tools/t{}", dice.roll(ARTIFACTS));
        let artifact = sw.artifact(&name);
        let text = format!("text {seed} {round}");
        let published = artifact.publish(text.as_str()).reason("the next one").await?;
        say(format_args!("published {name} {} {}", published.number, published.content.digest))?;
        if !published.is_live() {
            let promoted = artifact.promote(published.number).await?;
            if let Some(revision) = promoted.revision {
                say(format_args!("promoted {name} {} {revision}", promoted.to))?;
            }
        }
        for run in 0..dice.roll(6) {
            let live = artifact.live().await?;
            let id = format!("{seed} {round} {run}");
            let outcome =
                if dice.roll(2) == 0 { Outcome::ok() } else { Outcome::failed("no luck") };
            let judged = live.record(outcome.named(&id)).await?;
            let id = OutcomeId::of_run(&name.parse()?, &EnvironmentId::production(), &id);
            say(format_args!("recorded {id}"))?;
            if let Some(rollback) = judged.rollback() {
                say(format_args!("rolledback {name} {} {}", rollback.to, rollback.revision))?;
            }
        }
    }
    Ok(())
}

fn say(line: std::fmt::Arguments<'_>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// A small generator of numbers (splitmix64), the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}
