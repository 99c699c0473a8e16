//! Many deployments at once: which version a run takes while one is on its way, and what a process holds
//! and does that drives 1,000 of them beside 10,000 that wait for a person.

use std::{collections::HashMap, hint::black_box, sync::RwLock, time::Duration};

use sternway::{
    Sternway,
    control::{
        Intent,
        deploy::{NewDeployment, OnSupersede, Targeting},
    },
    deploy::{blue_green, canary},
    provider::Stopwatch,
    types::{ArtifactId, EnvironmentId, Force, Limits, Plan, VersionNumber, Wait, Weight},
};

use crate::{Measured, report::Bar, sample::nanos_each};

const IDLE: usize = 10_000;
const RUNNING: usize = 1_000;
/// For how long the driver is watched while nothing happens.
const WATCHED: Duration = Duration::from_secs(10);
/// How often the driver looks at deployments that wait for outcomes.
const EVERY: Duration = Duration::from_secs(5);

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let empty = resident_mib()?;
    let sw = runtime.block_on(Sternway::open(folder.path().join("store")))?;
    let names: Vec<ArtifactId> = (0..IDLE + RUNNING)
        .map(|number| format!("prompts/p{number}").parse())
        .collect::<Result<_, _>>()?;
    runtime.block_on(begin(&sw, &names))?;
    let mut bars = vec![resolve(&runtime, &sw, &names)?];
    let busy = runtime.block_on(driven(&sw))?;
    let held = resident_mib()?;
    runtime.block_on(sw.shutdown())?;
    bars.push(Bar {
        name: "11,000 deployments",
        value: held,
        unit: "MiB",
        floor: empty,
        bar: "at most 300 MiB resident (floor: the process before it opened the store)",
        met: held <= 300.0,
    });
    bars.push(Bar {
        name: "driving 11,000 that wait",
        value: busy * 100.0,
        unit: "% of a core",
        floor: 1.0,
        bar: "at most 5 % of a core while nothing happens (floor: one percent)",
        met: busy <= 0.05,
    });
    Ok(bars)
}

/// Each artifact has a live version and a deployment of a second one: most wait for a person, the others
/// for outcomes.
async fn begin(sw: &Sternway, names: &[ArtifactId]) -> Measured<()> {
    let none = Wait::default();
    let waits = blue_green(None, none, Limits::default())?;
    let many = Wait { outcomes: 1_000, ..none };
    let runs = canary(&[Weight::new(500)?], many, many, Limits::default())?;
    for (number, name) in names.iter().enumerate() {
        let artifact = sw.artifact(name.as_str());
        artifact.publish("one").await?;
        artifact.publish("two").await?;
        let plan = if number < IDLE { &waits } else { &runs };
        start(sw, name, plan.clone()).await?;
    }
    Ok(())
}

/// Begins a deployment of a second version, and drives it as far as it goes.
pub(crate) async fn start(sw: &Sternway, artifact: &ArtifactId, plan: Plan) -> Measured<()> {
    let new = NewDeployment {
        members: vec![(artifact.clone(), VersionNumber::FIRST.next())],
        environment: EnvironmentId::production(),
        plan,
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    let intent = Intent::by(sw.actor().clone());
    let begun = sw.control().start_deployment(&new, &intent).await?.deployment;
    sw.control().drive_one(&begun.environment, begun.id).await?;
    Ok(())
}

fn resolve(
    runtime: &tokio::runtime::Runtime,
    sw: &Sternway,
    names: &[ArtifactId],
) -> Measured<Bar> {
    let (table, environment) =
        (runtime.block_on(sw.control().live())?, EnvironmentId::production());
    let running = names.get(IDLE..).unwrap_or_default();
    let mut stream = running.iter().cycle();
    let value = nanos_each(9, 200_000, || {
        let targeting = Targeting::by_key("user-4711");
        let run = stream.next().and_then(|name| table.resolve(name, &environment, &targeting));
        black_box(run.expect("every artifact is live"));
    });
    let bare: RwLock<HashMap<&str, u64>> =
        RwLock::new((0..).zip(names).map(|(number, name)| (name.as_str(), number)).collect());
    let mut stream = running.iter().cycle();
    let floor = nanos_each(9, 200_000, || {
        let bare = bare.read().expect("nobody panics while holding it");
        black_box(stream.next().and_then(|name| bare.get(name.as_str())).copied());
    });
    Ok(Bar {
        name: "resolve during a deployment",
        value,
        unit: "ns",
        floor,
        bar: "at most 200 ns (floor: a locked hash map)",
        met: value <= 200.0,
    })
}

/// Which share of a core driving takes while nothing happens.
async fn driven(sw: &Sternway) -> Measured<f64> {
    let mut driver = sw.control().drive(EVERY);
    // The first look at all of them is not what is measured.
    drop(tokio::time::timeout(EVERY.saturating_mul(2), driver.next()).await);
    let (watch, before) = (Stopwatch::start(), processor_seconds()?);
    while watch.elapsed() < WATCHED {
        drop(tokio::time::timeout(WATCHED.saturating_sub(watch.elapsed()), driver.next()).await);
    }
    Ok((processor_seconds()? - before) / watch.elapsed().as_secs_f64())
}

/// What the process holds in memory.
fn resident_mib() -> Measured<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()).ok_or("no VmRSS")?;
    Ok(kib.parse::<f64>()? / 1024.0)
}

/// How long the process has computed.
fn processor_seconds() -> Measured<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let rest = stat.rsplit_once(')').map(|(_, rest)| rest).ok_or("no stat")?;
    let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    // A tick is a hundredth of a second on every Linux that there is.
    Ok(ticks.sum::<Result<f64, _>>()? / 100.0)
}
