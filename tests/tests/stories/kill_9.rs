//! A real process that publishes and records in a loop is killed with -9 at random moments. What it
//! was told is done is done, the chain verifies, and every verdict is the one that would have been.
//!
//! `STERNWAY_KILLS` says how often (5 if it is not set; `cargo xtask kill9` sets 50).

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use sternway::{
    Sternway,
    store::{Append, Limit, Store},
    types::{
        ArtifactId, At, Digest, EnvironmentId, Generation, NamespaceId, Outcome, OutcomeId,
        OutcomeStatus, PointerMove, PointerName, Subject, VersionNumber,
    },
};
use sternway_tests::faults::{Told, regressed};

/// What the process was told is done.
#[derive(Default)]
struct Acknowledged {
    published: BTreeMap<(ArtifactId, VersionNumber), Digest>,
    recorded: Vec<OutcomeId>,
    revisions: Vec<u64>,
}

impl Acknowledged {
    fn hear(&mut self, line: &str) -> Told<()> {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["published", artifact, number, digest] => {
                let version = (artifact.parse()?, number.parse()?);
                self.published.insert(version, digest.parse()?);
            }
            ["recorded", id] => self.recorded.push(id.parse()?),
            ["promoted" | "rolledback", _, _, revision] => self.revisions.push(revision.parse()?),
            // A line that was cut by the kill was not said.
            _ => (),
        }
        Ok(())
    }
}

#[test]
fn kill_9_loses_nothing_that_was_acknowledged_and_changes_no_verdict() -> Told<()> {
    let kills = std::env::var("STERNWAY_KILLS").map_or(Ok(5), |kills| kills.parse::<u64>())?;
    let folder = tempfile::tempdir()?;
    let store = folder.path().join("store");
    let mut told = Acknowledged::default();
    for seed in 0..kills {
        run_and_kill(&store, seed, &mut told)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(inspect(&store, &told)).map_err(|err| format!("seed {seed}: {err}"))?;
    }
    assert!(told.recorded.len() > 10, "the process got nowhere: {}", told.recorded.len());
    Ok(())
}

/// Lets the process work for a moment that the seed chooses, kills it, and hears what it said.
fn run_and_kill(store: &std::path::Path, seed: u64, told: &mut Acknowledged) -> Told<()> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_victim"))
        .arg(store)
        .arg(seed.to_string())
        .stdout(Stdio::piped())
        .spawn()?;
    let said = BufReader::new(child.stdout.take().ok_or("no standard output")?);
    let hear = std::thread::spawn(move || said.lines().map_while(Result::ok).collect::<Vec<_>>());
    #[expect(clippy::disallowed_methods, reason = "the moment of the kill is the point")]
    std::thread::sleep(Duration::from_millis(40 + seed.wrapping_mul(7_919) % 160));
    child.kill()?;
    child.wait()?;
    let lines = hear.join().map_err(|_| "the reader panicked")?;
    lines.iter().try_for_each(|line| told.hear(line))
}

async fn inspect(folder: &std::path::Path, told: &Acknowledged) -> Told<()> {
    // Opening sweeps: what the process had no time to judge is judged now.
    let sw = Sternway::open(folder).await?;
    let (store, ns) = (sw.control().store().as_ref(), sw.control().namespace());
    let report = store.verify().await?;
    assert!(report.is_sound(), "{report:?}");
    for ((artifact, number), digest) in &told.published {
        let version = store.version(ns, artifact, *number).await?;
        let version = version.ok_or_else(|| format!("{artifact}@{number} is lost"))?;
        assert_eq!(version.content.digest, *digest);
        assert!(store.content(&version.content).await?.is_some());
    }
    let head = store.head(ns, At::Head).await?.ok_or("the namespace is lost")?;
    assert!(told.revisions.iter().all(|revision| *revision <= head.revision.get()));
    all_recorded(store, ns, told).await?;
    for artifact in store.artifacts(ns, "", At::Head, None, Limit::MAX).await? {
        verdicts_are_right(&sw, &artifact.id).await?;
    }
    sw.shutdown().await?;
    Ok(())
}

/// Every acknowledged outcome is there: recording it again counts it not again.
async fn all_recorded(store: &dyn Store, ns: &NamespaceId, told: &Acknowledged) -> Told<()> {
    if told.recorded.is_empty() {
        return Ok(());
    }
    let subject = Subject {
        artifact: "tools/t0".parse()?,
        environment: EnvironmentId::production(),
        version: VersionNumber::FIRST,
        generation: Generation::ZERO,
    };
    let again = |id: &OutcomeId| {
        let at = sternway::types::Timestamp::EPOCH;
        Outcome::new(*id, subject.clone(), at, OutcomeStatus::Unknown)
    };
    // The subject must exist for the outcomes to be looked at.
    let Some(_) = store.artifact(ns, &subject.artifact, At::Head).await? else { return Ok(()) };
    let outcomes: Vec<_> = told.recorded.iter().map(again).collect();
    let at = sternway::types::Timestamp::EPOCH;
    let appended = store.append(&Append::new(ns.clone(), at, outcomes)).await?;
    assert_eq!(appended.duplicates, told.recorded.len(), "an acknowledged outcome is lost");
    Ok(())
}

/// Replays the log of every stay of an artifact: where the policy says that the version regressed,
/// the verdict is latched and the pointer went back, once; and nowhere else.
async fn verdicts_are_right(sw: &Sternway, artifact: &ArtifactId) -> Told<()> {
    let (store, ns) = (sw.control().store(), sw.control().namespace());
    let name = PointerName::Environment(EnvironmentId::production());
    let mut moves = store.moves(ns, artifact, &name, None, Limit::MAX).await?;
    moves.reverse();
    for (place, moved) in moves.iter().enumerate() {
        let Some(version) = moved.to else { continue };
        let subject = Subject {
            artifact: artifact.clone(),
            environment: EnvironmentId::production(),
            version,
            generation: moved.generation,
        };
        let explained = sw.control().explain(subject.clone()).await?;
        assert_ne!(explained.again, Some(false), "{subject}: the log does not lead to it");
        let baseline = explained.baseline.as_ref();
        let regressed = regressed(store.as_ref(), ns, &subject, baseline).await?;
        let latch = sw.control().latch(&subject).await?;
        assert_eq!(latch.is_some(), regressed, "{subject}: a latch without a verdict, or none");
        let next: Option<&PointerMove> = moves.get(place + 1);
        let went_back = next
            .is_some_and(|next| matches!(next.cause, sternway::types::MoveCause::RolledBack(_)));
        let halted = latch.is_some_and(|latch| latch.action.needs_a_person());
        assert_eq!(went_back || halted, regressed, "{subject}: the pointer and the verdict differ");
    }
    let live = store.pointer(ns, artifact, &name, At::Head).await?;
    assert_eq!(live.and_then(|live| live.version), moves.last().and_then(|moved| moved.to));
    Ok(())
}
