//! How long it takes from the outcome that decides until the candidate's weight is read back as 0.

use std::{collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use sternway::{
    Sternway,
    control::{
        Control, Intent,
        deploy::{NewDeployment, OnSupersede, Routers},
        publish::Publish,
        rollback::Reaction,
    },
    deploy::canary,
    haproxy::Haproxy,
    types::{
        ArtifactId, Content, EnvironmentId, Failure, Force, Limits, Outcome, OutcomeStatus,
        Subject, Timestamp, VersionNumber, Wait, Weight,
    },
};
use sternway_provider::{Stopwatch, TrafficRouter as _};

use super::{client::ask, site::ARTIFACT};
use crate::faults::Told;

/// After so many failures in a row it was worse long ago.
const MOST_FAILURES: usize = 50;

/// Takes so many candidates back, each in its own deployment, and answers how long each of them took.
///
/// # Errors
///
/// If one is not taken back.
pub(super) async fn rollbacks(store: &Path, router: Haproxy, rounds: usize) -> Told<Vec<Duration>> {
    let artifact: ArtifactId = ARTIFACT.parse()?;
    let environment = EnvironmentId::production();
    let only = BTreeSet::from([artifact.clone()]);
    let routers = Routers::default().with_only(environment, only, Arc::new(router.clone()));
    let sw = Sternway::builder().with_routers(routers).open(store).await?;
    let mut took = Vec::with_capacity(rounds);
    for round in 0..rounds {
        took.push(rollback(sw.control(), &artifact, &router, round).await?);
    }
    sw.shutdown().await?;
    Ok(took)
}

async fn rollback(
    control: &Control,
    artifact: &ArtifactId,
    router: &Haproxy,
    round: usize,
) -> Told<Duration> {
    let environment = EnvironmentId::production();
    let intent = Intent::by("human:alice".parse()?);
    let content = Content::text(format!("round {round}"), None)?;
    let candidate = control.publish(Publish::new(artifact.clone(), content), &intent).await?.number;
    let wait = Wait { outcomes: 1_000, length: Duration::ZERO };
    let new = NewDeployment {
        members: vec![(artifact.clone(), candidate)],
        environment: environment.clone(),
        plan: canary(&[Weight::new(5_000)?], wait, wait, Limits::default())?,
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    let begun = control.start_deployment(&new, &intent).await?.deployment;
    let driven = control.drive_one(&environment, begun.id).await?;
    if !driven.deployment.routed {
        return Err(format!("the router did not follow: {:?}", driven.trouble).into());
    }
    for _ in 0..MOST_FAILURES {
        let outcome = failure(control, artifact, candidate).await?;
        let watch = Stopwatch::start();
        let recorded = control.record(vec![outcome]).await?;
        let mut reactions = recorded.judged.iter().filter_map(|judged| judged.reaction.as_ref());
        if !reactions.any(|reaction| matches!(reaction, Reaction::Withdrawn { .. })) {
            continue;
        }
        while weight(router, artifact, candidate).await? != Weight::ZERO {}
        let took = watch.elapsed();
        drop(control.drive_one(&environment, begun.id).await?);
        return Ok(took);
    }
    Err("it was not taken back".into())
}

/// A failure of the candidate under the shares that are in force.
async fn failure(
    control: &Control,
    artifact: &ArtifactId,
    version: VersionNumber,
) -> Told<Outcome> {
    let (artifact, environment) = (artifact.clone(), EnvironmentId::production());
    let route = control.wanted_route(&artifact, &environment).await?.ok_or("nothing is live")?;
    let generation = route.generation();
    let subject = Subject { artifact, environment, version, generation };
    let now: Timestamp = control.now();
    let status = OutcomeStatus::Failed(Failure::new(None, "503"));
    Ok(Outcome::new(control.ids().outcome(), subject, now, status))
}

/// The weight of a version, as the router says itself.
async fn weight(router: &Haproxy, artifact: &ArtifactId, version: VersionNumber) -> Told<Weight> {
    let route = router.observe(artifact, &EnvironmentId::production()).await?.ok_or("no route")?;
    let arm = route.arms().iter().find(|arm| arm.version == version);
    Ok(arm.map_or(Weight::ZERO, |arm| arm.weight))
}

/// How long a bare `set map` takes with a `show map` that reads it back, each on a connection of its own.
///
/// # Errors
///
/// If it is not read back.
pub(super) fn floor(socket: &Path, map: &Path, rounds: usize) -> Told<Vec<Duration>> {
    let mut took = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let (map, backend) = (map.display(), format!("search_v{}", 1 + round % 2));
        let watch = Stopwatch::start();
        ask(socket, &format!("set map {map} floor {backend}"))?;
        let shown = ask(socket, &format!("show map {map}"))?;
        took.push(watch.elapsed());
        if !shown.contains(&backend) {
            return Err(format!("asked for {backend}, and read {shown:?}").into());
        }
    }
    Ok(took)
}
