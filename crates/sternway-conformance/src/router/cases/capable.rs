//! **Capabilities**: what a router says that it can do it does exactly, and refuses all else.

use sternway_provider::RouterError;
use sternway_types::{Route, Weight};

use crate::router::way::{Way, must_be_unable};

pub(crate) async fn a_weight_is_exact_or_refused(way: Way) {
    let grain = u32::from(way.capabilities().grain);
    let all = u32::from(Weight::ALL);
    assert!(grain > 0 && all.is_multiple_of(grain), "all of 10,000 is no multiple of {grain}");
    if way.capabilities().arms < 2 {
        return;
    }
    let mut generation = 1;
    for weight in
        [1, grain.saturating_sub(1), grain, grain + 1, 2 * grain, 4_999, all - grain, all - 1]
    {
        if weight > all {
            continue;
        }
        let route = way.route(generation, &[all - weight, weight]);
        let fits = weight.is_multiple_of(grain) && (all - weight).is_multiple_of(grain);
        if fits {
            way.apply(&route).await;
            assert_eq!(way.observe().await, Some(route), "a weight of {weight}");
            generation += 1;
        } else {
            let before = way.observe().await;
            must_be_unable(way.router.apply(&route).await, &format!("a weight of {weight}"));
            assert_eq!(way.observe().await, before, "what is refused changes nothing");
        }
    }
}

pub(crate) async fn as_many_arms_as_it_says_and_no_more(way: Way) {
    let arms = way.capabilities().arms;
    assert!(arms > 0, "a router sends requests to one version at least");
    for count in 1..=Route::MAX_ARMS {
        let generation = u64::try_from(count).unwrap_or_default();
        let route = way.route(generation, &shares(&way, count));
        if count <= arms {
            way.apply(&route).await;
            assert_eq!(way.observe().await, Some(route), "{count} arms");
        } else {
            must_be_unable(way.router.apply(&route).await, &format!("{count} arms"));
        }
    }
}

pub(crate) async fn what_is_refused_changes_nothing(way: Way) {
    let good = way.split(3, 5_000);
    way.apply(&good).await;
    let arms = way.capabilities().arms;
    let too_many = way.route(9, &shares(&way, (arms + 1).min(Route::MAX_ARMS)));
    match way.router.apply(&too_many).await {
        // It takes as many as a route can have, and so this one.
        Ok(()) if arms >= Route::MAX_ARMS => assert_eq!(way.observe().await, Some(too_many)),
        Err(RouterError::Unable { .. }) if arms < Route::MAX_ARMS => {
            assert_eq!(way.observe().await.as_ref(), Some(&good));
            // Its generation was not taken over either.
            way.apply(&way.split(4, 500)).await;
        }
        other => panic!("it takes {arms} arms, and to one more it says {other:?}"),
    }
}

pub(crate) async fn after_a_restart_it_knows_what_it_says(way: Way) {
    let (older, route) = (way.split(4, 500), way.split(5, 1_000));
    way.apply(&route).await;
    way.place.restart().await;
    if way.capabilities().survives_restart {
        assert_eq!(way.observe().await, Some(route), "it knows its route after a restart");
        return;
    }
    assert_eq!(way.observe().await, None, "it says that it forgets");
    // What has forgotten everything knows no newer one.
    way.apply(&older).await;
    assert_eq!(way.observe().await, Some(older));
    way.apply(&route).await;
    assert_eq!(way.observe().await, Some(route));
}

/// Weights of so many arms, as even as the grain allows.
fn shares(way: &Way, arms: usize) -> Vec<u32> {
    let arms = u32::try_from(arms).unwrap_or(1);
    let grain = u32::from(way.capabilities().grain.max(1));
    let one = u32::from(Weight::ALL) / arms / grain * grain;
    let first = u32::from(Weight::ALL) - one * (arms - 1);
    [first].into_iter().chain((1..arms).map(|_| one)).collect()
}
