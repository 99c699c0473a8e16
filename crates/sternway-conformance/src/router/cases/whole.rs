//! **Whole**: at every moment the requests go by the weights of one route.

use tokio::{sync::watch, task::JoinSet};

use crate::router::way::{Way, done, numbered};

/// How many requests are sent at once, and again until the route had changed so often from one time to the
/// next: either of those who send and change may be far ahead of the other.
const REQUESTS: usize = 2_000;
const CHANGES: u64 = 5;

pub(crate) async fn every_request_has_a_version_while_routes_change(way: Way) {
    way.apply(&way.whole(1, 1)).await;
    let mut requests = JoinSet::new();
    let client = way.clone();
    let (changed, changes) = watch::channel(1);
    requests.spawn(async move {
        let mut answered = client.send(REQUESTS).await;
        let (mut seen, mut times) = (*changes.borrow(), 0);
        while times < CHANGES {
            answered.extend(client.send(REQUESTS).await);
            let now = *changes.borrow();
            times += u64::from(now != seen);
            seen = now;
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
