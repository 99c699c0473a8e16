//! Map files that drivers keep: what `HAProxy` begins with after a restart.

use std::{fs, sync::Arc};

use async_trait::async_trait;
use sternway_conformance::router::{RouterHarness, RouterPlace};
use sternway_haproxy::KeptMaps;
use sternway_provider::{RouterError, TrafficRouter};
use sternway_types::{ArtifactId, EnvironmentId, VersionNumber};
use tokio::task::JoinSet;

use crate::{
    place::{self, Proxy, Tested, layout_in},
    shares::World,
};

/// The suite, on a router whose map files are kept.
pub(crate) struct Harness;

#[async_trait]
impl RouterHarness for Harness {
    async fn place(&self) -> Arc<dyn RouterPlace> {
        Arc::new(Place(place::started().await))
    }
}

struct Place(Proxy);

#[async_trait]
impl RouterPlace for Place {
    fn driver(&self) -> Arc<dyn TrafficRouter> {
        match layout_in(self.0.folder(), &[]) {
            Ok(layout) => Arc::new(KeptMaps::of(self.0.router(&layout))),
            Err(err) => panic!("no layout for a test: {err}"),
        }
    }

    async fn send(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        requests: usize,
    ) -> Vec<Option<VersionNumber>> {
        self.0.send(artifact, environment, requests).await
    }

    async fn send_with(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        header: (&str, &str),
        requests: usize,
    ) -> Vec<Option<VersionNumber>> {
        self.0.send_with(artifact, environment, header, requests).await
    }

    async fn restart(&self) {
        RouterPlace::restart(&self.0).await;
    }
}

impl World {
    fn kept(&self) -> KeptMaps {
        KeptMaps::of(self.proxy.router(&self.layout))
    }

    async fn keep(&self, generation: u64, weights: &[u32]) -> Result<(), RouterError> {
        let route = self
            .route(generation, weights)
            .map_err(|err| RouterError::Unable { problem: err.to_string() })?;
        self.kept().apply(&route).await
    }

    /// What is in the map file.
    fn file(&self) -> String {
        fs::read_to_string(self.layout.map(&self.target.0, &self.target.1)).unwrap_or_default()
    }
}

#[tokio::test]
async fn after_a_restart_requests_go_as_before_at_once() -> Tested {
    let world = World::new().await?;
    world.keep(5, &[5_000, 5_000]).await?;
    for reload in [false, true] {
        if reload {
            world.proxy.reload().await?;
        } else {
            world.proxy.restart().await?;
        }
        let answers = world.send(200).await?;
        let of = |name: &str| answers.iter().filter(|it| *it == name).count();
        // Either is less than a quarter with a probability below 1 in 10^12.
        assert!(
            of("v1 5") > 50 && of("v2 5") > 50 && of("v1 5") + of("v2 5") == 200,
            "{answers:?}"
        );
    }
    // No driver was needed for that, and there is nothing to tell it.
    let (artifact, environment) = &world.target;
    let route = world.route(5, &[5_000, 5_000])?;
    assert_eq!(world.kept().observe(artifact, environment).await?, Some(route));
    Ok(())
}

#[tokio::test]
async fn it_never_begins_with_a_route_that_was_left_behind() -> Tested {
    let world = World::new().await?;
    world.keep(5, &[5_000, 5_000]).await?;
    // The candidate is taken back while nobody is there to be told.
    world.proxy.kill();
    let taken_back = world.keep(6, &[10_000, 0]).await;
    assert!(matches!(taken_back, Err(RouterError::Unreachable { .. })), "{taken_back:?}");
    world.proxy.restart().await?;
    assert_eq!(world.send(2).await?, ["none ", "none "], "and not to the candidate");
    world.keep(6, &[10_000, 0]).await?;
    world.proxy.restart().await?;
    assert_eq!(world.send(2).await?, ["v1 6", "v1 6"]);
    let older = world.keep(5, &[5_000, 5_000]).await;
    assert!(matches!(older, Err(RouterError::Older { .. })), "{older:?}");
    assert_eq!(world.file(), world.layout.line(&world.route(6, &[10_000, 0])?));
    Ok(())
}

#[tokio::test]
async fn what_is_in_force_is_written_down_by_whoever_looks_and_nothing_older_stays() -> Tested {
    let world = World::new().await?;
    let (artifact, environment) = &world.target;
    // By a driver that keeps no files: as before they were kept.
    world.apply(5, &[5_000, 5_000]).await?;
    let (five, six) = (world.route(5, &[5_000, 5_000])?, world.route(6, &[10_000, 0])?);
    assert_eq!(world.kept().observe(artifact, environment).await?.as_ref(), Some(&five));
    assert_eq!(world.file(), world.layout.line(&five));
    world.apply(6, &[10_000, 0]).await?;
    assert_eq!(world.kept().observe(artifact, environment).await?, None, "the file is of before");
    world.kept().apply(&six).await?;
    assert_eq!(world.file(), world.layout.line(&six));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_written_down_is_done_and_is_not_said_to_be() -> Tested {
    let world = World::new().await?;
    let (artifact, environment) = &world.target;
    world.keep(5, &[5_000, 5_000]).await?;
    let lock = format!("{}.lock", world.layout.map(artifact, environment));
    fs::remove_file(&lock)?;
    fs::create_dir(&lock)?;
    let back = world.keep(6, &[10_000, 0]).await;
    let Err(RouterError::Unreachable { problem }) = back else { panic!("not written: {back:?}") };
    assert!(problem.contains("was not written"), "{problem}");
    assert_eq!(world.send(2).await?, ["v1 6", "v1 6"], "nobody who goes back waits for a disk");
    assert_eq!(world.kept().observe(artifact, environment).await?, None, "it is asked for again");
    fs::remove_dir(&lock)?;
    world.keep(6, &[10_000, 0]).await?;
    assert_eq!(world.file(), world.layout.line(&world.route(6, &[10_000, 0])?));
    Ok(())
}

#[tokio::test]
async fn of_many_drivers_the_newest_route_is_in_force_and_in_the_file() -> Tested {
    let world = World::new().await?;
    let mut drivers = JoinSet::new();
    for generation in 1..=12 {
        let (router, route) = (world.kept(), world.route(generation, &[5_000, 5_000])?);
        drivers.spawn(async move { router.apply(&route).await });
    }
    while let Some(applied) = drivers.join_next().await {
        let answer = applied?;
        assert!(matches!(answer, Ok(()) | Err(RouterError::Older { .. })), "{answer:?}");
    }
    let newest = world.route(12, &[5_000, 5_000])?;
    assert_eq!(world.observe().await?.as_ref(), Some(&newest));
    assert_eq!(world.file(), world.layout.line(&newest));
    Ok(())
}
