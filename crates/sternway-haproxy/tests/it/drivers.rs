//! Several who drive one `HAProxy`, and what is refused.

use std::io;

use sternway_provider::{RouterError, TrafficRouter as _};
use sternway_types::Generation;

use crate::{client, place::Tested, shares::World};

impl World {
    async fn by_hand(&self, command: &str) -> io::Result<String> {
        let map = self.layout.map(&self.target.0, &self.target.1);
        let command = command.replace("MAP", &map);
        client::ask(&self.proxy.folder().join("api.sock"), &command).await
    }
}

#[tokio::test]
async fn a_newer_route_that_another_driver_is_about_to_commit_is_not_overtaken() -> Tested {
    let world = World::new().await?;
    world.apply(1, &[10_000]).await?;
    // Another driver is stopped between showing its route and committing it.
    let line = world.layout.line(&world.route(9, &[0, 10_000])?).trim_end().to_owned();
    assert_eq!(world.by_hand("prepare map MAP").await?, "New version created: 2\n\n");
    assert_eq!(world.by_hand(&format!("add map @2 MAP {line}")).await?, "\n");
    assert_eq!(world.observe().await?, Some(world.route(1, &[10_000])?), "shown is not in force");
    let older = world.route(8, &[10_000])?;
    let refused = world.proxy.router(&world.layout).apply(&older).await;
    let (asked, found) = (Generation::new(8), Generation::new(9));
    assert_eq!(refused, Err(RouterError::Older { asked, found }));
    // A newer one goes ahead, and then the other driver is too late.
    world.apply(10, &[5_000, 5_000]).await?;
    assert_eq!(world.by_hand("commit map @2 MAP").await?, "Version number out of range.\n\n");
    assert_eq!(world.observe().await?, Some(world.route(10, &[5_000, 5_000])?));
    Ok(())
}

#[tokio::test]
async fn transactions_that_nobody_ends_are_in_nobodys_way() -> Tested {
    let world = World::new().await?;
    for generation in 1..=20 {
        for _ in 0..20 {
            world.by_hand("prepare map MAP").await?;
        }
        world.apply(generation, &[5_000, 5_000]).await?;
        assert_eq!(world.observe().await?, Some(world.route(generation, &[5_000, 5_000])?));
    }
    let maps = world.by_hand("show map").await?;
    assert!(maps.contains("entry_cnt=1\n"), "nothing is left behind: {maps}");
    Ok(())
}

#[tokio::test]
async fn what_is_in_the_way_is_said_with_what_to_do() -> Tested {
    let world = World::new().await?;
    let route = world.route(1, &[7_000, 1_000, 1_000, 1_000])?;
    let missing = world.proxy.router(&world.layout).apply(&route).await;
    must_say(missing, "there is no backend tools:search:production:v4: add one")?;
    assert_eq!(world.observe().await?, None);
    // A version that gets nothing needs no backend.
    world.apply(1, &[9_000, 500, 500, 0]).await?;

    let environment = "staging".parse()?;
    let router = world.proxy.router(&world.layout);
    must_say(router.observe(&world.target.0, &environment).await, "no frontend looks into")?;
    let (artifact, version) = (world.target.0.clone(), route.live().version);
    let elsewhere =
        sternway_types::Route::whole(artifact, environment, Generation::new(1), version);
    must_say(router.apply(&elsewhere).await, "staging.map: make an empty file of that name")?;
    Ok(())
}

#[tokio::test]
async fn what_somebody_else_wrote_is_not_replaced() -> Tested {
    let world = World::new().await?;
    for entry in
        ["tools/search/production v2", "other 1|7|-|v1|x|10000", "tools/search/production 2|1"]
    {
        world.by_hand(&format!("add map MAP {entry}")).await?;
        let router = world.proxy.router(&world.layout);
        must_say(router.apply(&world.route(1, &[10_000])?).await, "type `clear map /")?;
        let observed = router.observe(&world.target.0, &world.target.1).await;
        must_say(observed, "holds what is no route of this layout")?;
        world.by_hand("clear map MAP").await?;
        world.apply(1, &[10_000]).await?;
        world.by_hand("clear map MAP").await?;
    }
    Ok(())
}

fn must_say<T: std::fmt::Debug>(answer: Result<T, RouterError>, words: &str) -> Tested {
    match answer {
        Err(RouterError::Unable { problem }) if problem.contains(words) => Ok(()),
        other => Err(format!("expected to hear {words:?}: {other:?}").into()),
    }
}
