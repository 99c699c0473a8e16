//! **Headers**: what goes by a header goes by it whatever the shares are, and by nothing else.

use sternway_types::VersionNumber;

use crate::router::{
    HEADER,
    way::{Way, must_be_unable, numbered},
};

/// Who answers a few requests with this value of the header.
async fn answers(way: &Way, header: &str, value: &str) -> Vec<Option<VersionNumber>> {
    let (artifact, environment) = &way.target;
    way.place.send_with(artifact, environment, (header, value), 3).await
}

pub(crate) async fn requests_that_match_go_to_the_candidate_and_no_others(way: Way) {
    if !way.goes_by_headers() {
        return;
    }
    let (live, candidate) = (vec![Some(numbered(1)); 3], vec![Some(numbered(2)); 3]);
    way.apply(&way.matched(4, &["yes", "beta.1"])).await;
    for (header, value) in [(HEADER, "yes"), (&HEADER.to_uppercase(), "beta.1")] {
        assert_eq!(answers(&way, header, value).await, candidate, "{header}: {value}");
    }
    for (header, value) in [(HEADER, "no"), (HEADER, "YES"), (HEADER, "yes1"), ("x-other", "yes")] {
        assert_eq!(answers(&way, header, value).await, live, "{header}: {value}");
    }
    let others = way.send(50).await;
    assert_eq!(others.into_iter().collect::<Vec<_>>(), [(Some(numbered(1)), 50)], "no header");
    // Another value in the place of those.
    way.apply(&way.matched(5, &["no"])).await;
    assert_eq!(answers(&way, HEADER, "yes").await, live, "it matched before");
    assert_eq!(answers(&way, HEADER, "no").await, candidate, "it matches now");
    way.apply(&way.split(6, 0)).await;
    assert_eq!(answers(&way, HEADER, "no").await, live, "nothing matches any more");
}

pub(crate) async fn what_matches_is_read_back_or_refused(way: Way) {
    let before = way.split(3, 500);
    way.apply(&before).await;
    let many: Vec<_> = (0..16).map(|value| format!("value-{value}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    for route in [way.matched(4, &["yes"]), way.matched(5, &many)] {
        if way.goes_by_headers() {
            way.apply(&route).await;
            assert_eq!(way.observe().await, Some(route));
        } else {
            must_be_unable(way.router.apply(&route).await, "a route that goes by a header");
            assert_eq!(way.observe().await.as_ref(), Some(&before), "it changes nothing");
        }
    }
    let after = way.split(6, 500);
    way.apply(&after).await;
    assert_eq!(way.observe().await, Some(after), "and nothing of it stays");
}
