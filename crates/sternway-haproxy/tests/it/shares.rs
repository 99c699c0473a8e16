//! Where requests go, with servers behind `HAProxy`.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use sternway_haproxy::Layout;
use sternway_provider::TrafficRouter as _;
use sternway_types::{Arm, ArtifactId, EnvironmentId, Generation, Route, VersionNumber, Weight};
use tokio::task::JoinSet;

use crate::{
    client,
    place::{Proxy, Tested, layout_in},
    upstream::{Begun, Upstreams},
};

type Failed = Box<dyn std::error::Error>;

/// `HAProxy`, and three versions behind it.
pub(crate) struct World {
    pub(crate) proxy: Proxy,
    pub(crate) layout: Layout,
    pub(crate) target: (ArtifactId, EnvironmentId),
    pub(crate) begun: Vec<Begun>,
    /// They end with it.
    _upstreams: Upstreams,
}

impl World {
    pub(crate) async fn new() -> Result<Self, Failed> {
        let target = ("tools/search".parse()?, EnvironmentId::production());
        let (mut upstreams, mut begun) = (Upstreams::default(), Vec::new());
        let config = |folder: &Path| {
            let layout = layout_in(folder, std::slice::from_ref(&target))?;
            for name in ["none", "v1", "v2", "v3"] {
                begun.push(upstreams.add(folder, name)?);
            }
            Ok(config(folder, &layout, &target))
        };
        let proxy = Proxy::start(config).await?;
        let layout = layout_in(proxy.folder(), &[])?;
        Ok(Self { proxy, layout, target, begun, _upstreams: upstreams })
    }

    /// A route of v1, v2, … by their weights.
    pub(crate) fn route(&self, generation: u64, weights: &[u32]) -> Result<Route, Failed> {
        let arms = (1..).filter_map(VersionNumber::new).zip(weights);
        let arms = arms.map(|(version, weight)| Ok(Arm { version, weight: Weight::new(*weight)? }));
        let arms = arms.collect::<Result<_, Failed>>()?;
        let (artifact, environment) = self.target.clone();
        Ok(Route::new(artifact, environment, Generation::new(generation), arms)?)
    }

    pub(crate) async fn apply(&self, generation: u64, weights: &[u32]) -> Tested {
        let route = self.route(generation, weights)?;
        Ok(self.proxy.router(&self.layout).apply(&route).await?)
    }

    pub(crate) async fn observe(&self) -> Result<Option<Route>, Failed> {
        let (artifact, environment) = &self.target;
        Ok(self.proxy.router(&self.layout).observe(artifact, environment).await?)
    }

    /// What so many requests are answered with.
    pub(crate) async fn send(&self, requests: usize) -> io::Result<Vec<String>> {
        let answers = client::send(&self.proxy.front(), "/", requests).await?;
        Ok(answers.into_iter().map(|answer| answer.body).collect())
    }
}

fn config(
    folder: &Path,
    layout: &Layout,
    (artifact, environment): &(ArtifactId, EnvironmentId),
) -> String {
    let folder = folder.display();
    let mut config = format!("frontend front\n  bind unix@{folder}/front.sock\n");
    config.push_str(&layout.lookup(artifact, environment, ""));
    config.push_str(&Layout::rules());
    config.push_str("  default_backend none\n");
    let versions = (1..=3).filter_map(VersionNumber::new);
    let backends = versions.map(|it| (layout.backend(artifact, environment, it), it.to_string()));
    let none = [("none".to_owned(), "none".to_owned())];
    config.extend(backends.chain(none).map(|(backend, server)| {
        format!("backend {backend}\n  server one unix@{folder}/{server}.sock\n")
    }));
    config
}

/// Pearson's sum of a route's shares and of what was counted.
fn chi_squared(route: &Route, answers: &[String]) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let of_arm = |arm: &Arm| {
        let name = format!("{} {}", arm.version, route.generation().get());
        let count = number(answers.iter().filter(|answer| **answer == name).count());
        let expected = arm.weight.share() * number(answers.len());
        (count - expected).powi(2) / expected
    };
    route.arms().iter().map(of_arm).sum()
}

#[tokio::test]
async fn versions_get_their_shares_and_are_told_the_generation() -> Tested {
    let world = World::new().await?;
    // Above these, with one degree of freedom and with two, it is once in a million times.
    let cases =
        [(&[9_500, 500][..], 23.93), (&[5_000, 5_000], 23.93), (&[7_000, 2_500, 500], 27.63)];
    for (generation, (weights, limit)) in (1..).zip(cases) {
        world.apply(generation, weights).await?;
        let answers = world.send(10_000).await?;
        let sum = chi_squared(&world.route(generation, weights)?, &answers);
        assert!(sum < limit, "{weights:?}: chi-squared is {sum:.1}");
        let generation = format!(" {generation}");
        assert!(answers.iter().all(|answer| answer.ends_with(&generation)), "of one route");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_that_begins_after_the_answer_never_reaches_the_candidate() -> Tested {
    let world = World::new().await?;
    for round in 0..20 {
        world.apply(2 * round + 1, &[5_000, 5_000]).await?;
        let over = Arc::new(AtomicBool::new(false));
        let mut clients = JoinSet::new();
        for _ in 0..4 {
            let (front, over) = (world.proxy.front(), Arc::clone(&over));
            clients.spawn(async move {
                // Two rounds after the answer, and as many before as there is time for.
                let mut after = Vec::new();
                while after.len() < 2 {
                    let is_over = over.load(Ordering::SeqCst);
                    let answers = client::send(&front, "/", 10).await?;
                    after.extend(is_over.then_some(answers));
                }
                Ok::<_, io::Error>(after.concat())
            });
        }
        world.send(20).await?;
        world.apply(2 * round + 2, &[10_000, 0]).await?;
        over.store(true, Ordering::SeqCst);
        for answers in clients.join_all().await {
            let expected = format!("v1 {}", 2 * round + 2);
            for answer in answers? {
                assert_eq!((answer.status, answer.body.as_str()), (200, expected.as_str()));
            }
        }
    }
    let [nobody, live, candidate, _] = &world.begun[..] else { panic!("four servers") };
    assert_eq!(nobody.load(Ordering::SeqCst), 0, "every request had a route");
    assert!(live.load(Ordering::SeqCst) > candidate.load(Ordering::SeqCst));
    Ok(())
}

#[tokio::test]
async fn without_a_route_requests_go_to_the_default_backend() -> Tested {
    let world = World::new().await?;
    // What a client says of a generation is not passed on.
    assert_eq!(world.send(2).await?, ["none ", "none "]);
    world.apply(1, &[10_000]).await?;
    assert_eq!(world.send(2).await?, ["v1 1", "v1 1"]);
    Ok(())
}
