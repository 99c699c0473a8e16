//! Routes belong to an artifact and an environment, and say nothing about others.

use sternway_types::{ArtifactId, EnvironmentId};

use crate::router::{
    targets,
    way::{Way, done, numbered, route},
};

type Target = (ArtifactId, EnvironmentId);

pub(crate) async fn artifacts_do_not_disturb_each_other(way: Way) {
    let (one, _) = &way.target;
    let other = targets().into_iter().find(|(artifact, _)| artifact != one);
    are_apart(&way, other).await;
}

pub(crate) async fn environments_do_not_disturb_each_other(way: Way) {
    let (one, here) = &way.target;
    let mut targets = targets().into_iter();
    let other = targets.find(|(artifact, environment)| artifact == one && environment != here);
    are_apart(&way, other).await;
}

/// Each has a route and a generation of its own, and its requests go by them.
async fn are_apart(way: &Way, other: Option<Target>) {
    let Some(other) = other else { panic!("the suite has several targets") };
    let ours = way.whole(9, 2);
    way.apply(&ours).await;
    assert_eq!(way.observe_at(&other).await, None, "a route of {:?}", way.target);
    // An older generation than the other's is no older route.
    let theirs = route(&other, 3, &[10_000]);
    done(way.router.apply(&theirs).await, "applying a route of something else");
    assert_eq!(way.observe().await, Some(ours), "beside a route of {other:?}");
    assert_eq!(way.observe_at(&other).await, Some(theirs), "beside a route of {:?}", way.target);
    for (target, version) in [(&way.target, 2), (&other, 1)] {
        let answered: Vec<_> = way.send_to(target, 50).await.into_iter().collect();
        assert_eq!(answered, [(Some(numbered(version)), 50)], "of {target:?}");
    }
}
