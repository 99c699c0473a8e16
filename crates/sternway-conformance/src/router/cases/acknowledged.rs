//! **Acknowledged**: when `apply` has answered, requests that begin afterwards go by the new route.

use sternway_types::{Route, Weight};

use crate::router::way::{Way, numbered};

/// How many requests are counted.
const REQUESTS: usize = 10_000;

/// The number that a sum of squares with one degree of freedom, or two, is above once in a million times.
const UNLIKELY: [f64; 2] = [23.93, 27.63];

pub(crate) async fn requests_after_the_answer_go_by_the_new_route(way: Way) {
    for generation in 1..=50 {
        let version = 1 + generation % 3;
        way.apply(&way.whole(generation, version)).await;
        let answered: Vec<_> = way.send(10).await.into_iter().collect();
        assert_eq!(answered, [(Some(numbered(version)), 10)], "of generation {generation}");
    }
}

pub(crate) async fn a_version_of_weight_zero_gets_no_request_any_more(way: Way) {
    for round in 0..20 {
        way.apply(&way.split(2 * round + 1, 5_000)).await;
        way.send(20).await;
        way.apply(&way.split(2 * round + 2, 0)).await;
        let answered: Vec<_> = way.send(100).await.into_iter().collect();
        assert_eq!(answered, [(Some(numbered(1)), 100)]);
    }
}

pub(crate) async fn requests_are_shared_by_weight(way: Way) {
    let (tenth, twentieth) = (way.about(1_000), way.about(500));
    let mut routes = vec![way.split(1, 500), way.split(2, 5_000)];
    let live = u32::from(Weight::ALL).checked_sub(tenth + twentieth);
    if let Some(live) = live.filter(|_| way.capabilities().arms >= 3) {
        routes.push(way.route(3, &[live, tenth, twentieth]));
    }
    for route in routes {
        way.apply(&route).await;
        let answered = way.send(REQUESTS).await;
        let running = route.arms().iter().filter(|arm| arm.weight > Weight::ZERO);
        let counts: Vec<_> = running
            .map(|arm| (arm.weight.share(), answered.get(&Some(arm.version)).copied().unwrap_or(0)))
            .collect();
        let all: usize = counts.iter().map(|(_, count)| count).sum();
        assert_eq!(all, REQUESTS, "every request goes to an arm of the route: {answered:?}");
        must_be_likely(&route, &counts);
    }
}

/// Pearson's sum over the arms. In turns, instead of by chance, shares come out even closer.
fn must_be_likely(route: &Route, counts: &[(f64, usize)]) {
    let requests = f64::from(u32::try_from(REQUESTS).unwrap_or(u32::MAX));
    let squares = counts.iter().map(|(share, count)| {
        let expected = share * requests;
        let count = f64::from(u32::try_from(*count).unwrap_or(u32::MAX));
        (count - expected).powi(2) / expected
    });
    let sum: f64 = squares.sum();
    let Some(limit) = UNLIKELY.get(counts.len().saturating_sub(2)) else { return };
    assert!(
        sum < *limit,
        "shares of {:?} came out as {counts:?}: chi-squared is {sum:.1}",
        route.arms()
    );
}
