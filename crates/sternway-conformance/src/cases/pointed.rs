//! **Guarded**, for rollback points: they name what is there, and stay what they are.

use sternway_store::Refusal;
use sternway_types::{
    At, Change, PointCause, PointUse, PointUsed, Record, RecordKey, RollbackPoint, Timestamp,
};

use super::guarded::refused;
use crate::{
    must::Must,
    world::{
        World, alice, environment, greeting, point, production, put_point, reason, revision,
        staging, version,
    },
};

const NOT_THERE: &str = "names a revision that is not there";
const ANOTHER: &str = "is another one: what a point names never changes";

fn no(point: &RollbackPoint, problem: &'static str) -> (Change, Refusal) {
    (put_point(point), Refusal::Point { id: point.id, problem })
}

async fn there(world: &World, of: &RollbackPoint) -> Option<RollbackPoint> {
    let key = RecordKey::point(&of.environment, of.id);
    let entry = world.store.record(&world.ns, &key, At::Head).await.must("read a point");
    entry.and_then(|entry| entry.record).and_then(Record::into_point).map(|it| *it)
}

pub(crate) async fn a_point_names_a_revision_and_an_environment_that_are_there(world: World) {
    world.publish_many(&greeting(), 2).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    // The namespace came to life, two versions were added, and one went live.
    let at = |number| point(&format!("of {number}"), &production(), revision(number));
    let nowhere = environment("nowhere");
    let elsewhere = (
        put_point(&point("elsewhere", &nowhere, revision(1))),
        Refusal::NoEnvironment(nowhere.clone()),
    );
    let early = [0, 5, u64::MAX].map(|number| no(&at(number), NOT_THERE));
    refused(&world, early.into_iter().chain([elsewhere])).await;
    for number in [1, 4] {
        world.apply(put_point(&at(number))).await;
        assert_eq!(there(&world, &at(number)).await, Some(at(number)));
    }
}

pub(crate) async fn nothing_of_a_point_changes_but_that_it_was_used(world: World) {
    world.publish_many(&greeting(), 2).await;
    let first = point("first", &production(), revision(2));
    world.apply(put_point(&first)).await;
    let by_deployment = PointCause::Before(sternway_types::DeploymentId::from_name("it"));
    let others = [
        RollbackPoint { revision: revision(1), ..first.clone() },
        RollbackPoint { cause: by_deployment, ..first.clone() },
        RollbackPoint { description: reason("before the sale"), ..first.clone() },
        RollbackPoint { at: Timestamp::MAX, ..first.clone() },
    ];
    refused(&world, others.iter().map(|other| no(other, ANOTHER))).await;
    let used = |how| {
        let used = PointUsed { how, by: alice(), at: Timestamp::EPOCH };
        RollbackPoint { used: Some(used), ..first.clone() }
    };
    for how in [PointUse::Restored, PointUse::Emergency] {
        world.apply(put_point(&used(how))).await;
    }
    refused(&world, [no(&first, "was used, and stays so")]).await;
    let world = world.restart().await;
    assert_eq!(there(&world, &first).await, Some(used(PointUse::Emergency)));
    // Of another environment it is another point.
    world.apply(put_point(&RollbackPoint { environment: staging(), ..first.clone() })).await;
}

pub(crate) async fn a_point_may_be_let_go(world: World) {
    let first = point("first", &production(), revision(1));
    world.apply(put_point(&first)).await;
    let key = RecordKey::point(&production(), first.id);
    world.apply(Change::DeleteRecord(key.clone())).await;
    assert_eq!(there(&world, &first).await, None);
    refused(&world, [(Change::DeleteRecord(key.clone()), Refusal::NoRecord(key.clone()))]).await;
    let then = world.store.record(&world.ns, &key, At::Revision(revision(2))).await;
    let then = then.must("read a point of the past").and_then(|entry| entry.record);
    assert_eq!(then, Some(Record::Point(Box::new(first))), "what it was is history");
}
