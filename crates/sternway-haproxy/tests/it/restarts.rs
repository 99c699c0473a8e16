//! What `HAProxy` forgets, and how it learns it again.

use std::path::Path;

use sternway_provider::{RouterError, TrafficRouter as _};

use crate::{place::Tested, shares::World};

#[tokio::test]
async fn after_a_reload_the_route_is_gone_until_it_is_applied_again() -> Tested {
    let world = World::new().await?;
    world.apply(5, &[5_000, 5_000]).await?;
    world.proxy.reload().await?;
    assert_eq!(world.observe().await?, None);
    assert_eq!(world.send(2).await?, ["none ", "none "]);
    world.apply(5, &[5_000, 5_000]).await?;
    assert_eq!(world.observe().await?, Some(world.route(5, &[5_000, 5_000])?));
    world.apply(6, &[0, 10_000]).await?;
    assert_eq!(world.send(2).await?, ["v2 6", "v2 6"]);
    Ok(())
}

#[tokio::test]
async fn routes_that_are_applied_through_reloads_are_in_force_at_the_end() -> Tested {
    let world = World::new().await?;
    for round in 1..=5 {
        let applying = async {
            for step in 1..=20 {
                // The socket is gone for a moment: whoever hears that tries again.
                while let Err(err) = world.apply(100 * round + step, &[5_000, 5_000]).await {
                    let failed = err.downcast_ref::<RouterError>();
                    assert!(matches!(failed, Some(RouterError::Unreachable { .. })), "{err}");
                }
            }
            Tested::Ok(())
        };
        let (applied, reloaded) = tokio::join!(applying, world.proxy.reload());
        applied?;
        reloaded?;
        world.apply(100 * round + 21, &[0, 10_000]).await?;
        assert_eq!(world.observe().await?, Some(world.route(100 * round + 21, &[0, 10_000])?));
        assert_eq!(world.send(1).await?, [format!("v2 {}", 100 * round + 21)]);
    }
    Ok(())
}

#[tokio::test]
async fn haproxy_begins_with_the_route_of_the_map_file() -> Tested {
    let world = World::new().await?;
    let (artifact, environment) = &world.target;
    let file = world.route(4, &[10_000])?;
    std::fs::write(Path::new(&world.layout.map(artifact, environment)), world.layout.line(&file))?;
    world.apply(5, &[5_000, 5_000]).await?;
    world.proxy.restart().await?;
    assert_eq!(world.observe().await?, Some(file), "and not the route that came after it");
    assert_eq!(world.send(1).await?, ["v1 4"]);
    let older = world.route(3, &[10_000])?;
    let refused = world.proxy.router(&world.layout).apply(&older).await;
    assert!(matches!(refused, Err(RouterError::Older { .. })), "{refused:?}");
    world.apply(5, &[0, 10_000]).await?;
    assert_eq!(world.send(1).await?, ["v2 5"]);
    Ok(())
}

#[tokio::test]
async fn a_router_that_was_killed_is_unreachable_and_then_there_again() -> Tested {
    let world = World::new().await?;
    world.apply(1, &[5_000, 5_000]).await?;
    world.proxy.kill();
    let router = world.proxy.router(&world.layout);
    let applied = router.apply(&world.route(2, &[10_000, 0])?).await;
    assert!(matches!(applied, Err(RouterError::Unreachable { .. })), "{applied:?}");
    let observed = router.observe(&world.target.0, &world.target.1).await;
    assert!(matches!(observed, Err(RouterError::Unreachable { .. })), "{observed:?}");
    world.proxy.restart().await?;
    world.apply(2, &[10_000, 0]).await?;
    assert_eq!(world.send(2).await?, ["v1 2", "v1 2"]);
    Ok(())
}

#[tokio::test]
async fn a_route_that_is_there_without_its_backend_is_not_in_force() -> Tested {
    let world = World::new().await?;
    let (artifact, environment) = &world.target;
    let file = world.route(4, &[5_000, 0, 0, 5_000])?;
    std::fs::write(world.layout.map(artifact, environment), world.layout.line(&file))?;
    world.proxy.reload().await?;
    assert_eq!(world.observe().await?.as_ref(), Some(&file));
    let applied = world.proxy.router(&world.layout).apply(&file).await;
    assert!(matches!(applied, Err(RouterError::Unable { .. })), "{applied:?}");
    world.apply(5, &[5_000, 5_000]).await
}
