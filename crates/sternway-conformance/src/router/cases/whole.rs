//! **Whole**: at every moment the requests go by the weights of one route.

use tokio::{sync::watch, task::JoinSet};

use crate::router::way::{Way, done, numbered};

/// How many requests are sent at once, and again until the route has changed so often: who sends may be
/// faster than who changes it.
const REQUESTS: usize = 2_000;
const CHANGES: u64 = 20;

pub(crate) async fn every_request_has_a_version_while_routes_change(way: Way) {
    way.apply(&way.whole(1, 1)).await;
    let mut requests = JoinSet::new();
    let client = way.clone();
    let (changed, changes) = watch::channel(1);
    requests.spawn(async move {
        let mut answered = client.send(REQUESTS).await;
        while *changes.borrow() < CHANGES {
            answered.extend(client.send(REQUESTS).await);
        }
        answered
    });
    let mut generation = 1;
    let answered = loop {
        generation += 1;
        way.apply(&way.whole(generation, 1 + generation % 2)).await;
        changed.send_replace(generation);
        if let Some(end) = requests.try_join_next() {
            break done(end, "sending requests meanwhile");
        }
    };
    for (version, count) in answered {
        let known = [1, 2].map(|number| Some(numbered(number))).contains(&version);
        assert!(known, "{count} requests went to {version:?}, of {generation} routes to v1 or v2");
    }
}
