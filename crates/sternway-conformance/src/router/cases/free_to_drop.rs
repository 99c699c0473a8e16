//! **Free to drop**: a call that is dropped was done, or not, and can be made again.

use std::{future::poll_fn, task::Poll};

use crate::router::way::Way;

pub(crate) async fn a_call_that_was_dropped_can_be_made_again(way: Way) {
    for looks in 0..40_u64 {
        let before = way.observe().await;
        let route = way.split(looks + 1, 500);
        let router = way.place.driver();
        let mut call = router.apply(&route);
        // The call is looked at so often, each time as far as it gets, and then dropped.
        let mut left = looks;
        poll_fn(|context| {
            if left == 0 || call.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            left -= 1;
            Poll::Pending
        })
        .await;
        drop(call);
        let after = way.observe().await;
        assert!(after == before || after.as_ref() == Some(&route), "done or not: {after:?}");
        way.apply(&route).await;
        assert_eq!(way.observe().await, Some(route));
    }
}
