//! **Queued**: deployments that wait for their turn.

use sternway_store::{Refusal, StoreError};
use sternway_types::{
    Change, Changeset, Deployment, Environment, Freeze, Phase, Record, RecordKey, Route, Timestamp,
    Weight,
};
use tokio::task::JoinSet;

use super::deployed::{busy, of, refusal, under_way};
use crate::{
    must::{Must, there},
    world::{
        Client, World, alice, generation, greeting, production, put_deployment, put_route, reason,
        regime, route_at, shifted, version, weight,
    },
};

/// A deployment of version 3 that waits.
fn queued(name: &str) -> Deployment {
    Deployment { phase: Phase::Queued, ..of(name, version(3)) }
}

fn key() -> RecordKey {
    RecordKey::route(&greeting(), &production())
}

/// The route of a deployment that is under way at generation 2, and of those that wait behind it.
fn line(first: &Deployment, waiting: &[&Deployment]) -> Route {
    let route = route_at(first, generation(2), weight(5));
    let queue = waiting.iter().map(|it| it.id).collect();
    there(route.queued_by(queue).ok(), "route")
}

/// All runs to version 1 at generation 3, and nobody but this deployment may begin.
fn kept_for(next: &Deployment, waiting: &[&Deployment]) -> Route {
    let route = Route::whole(greeting(), production(), generation(3), version(1));
    let queue = waiting.iter().map(|it| it.id).collect();
    there(route.of_deployment(next.id).queued_by(queue).ok(), "route")
}

fn out_of_turn(next: &Deployment) -> Refusal {
    let (artifact, environment) = (greeting(), production());
    Refusal::OutOfTurn { artifact, environment, next: next.id }
}

/// A deployment that is under way, and two that wait behind it.
async fn three_in_line(world: &World) -> [Deployment; 3] {
    let first = under_way(world).await;
    let (second, third) = (queued("second"), queued("third"));
    for (one, waiting) in [(&second, vec![&second]), (&third, vec![&second, &third])] {
        let queues = world.changeset().then(put_deployment(one));
        world.commit(&queues.then(put_route(line(&first, &waiting)))).await;
    }
    [first, second, third]
}

/// The first one gives its runs back, and ends; the second one has the artifact.
async fn first_ends(world: &World, [first, second, third]: &mut [Deployment; 3]) {
    first.phase = Phase::RollingBack;
    let back = shifted(world.changeset(), first, Weight::ZERO);
    let route = route_at(first, generation(3), Weight::ZERO);
    let queue = vec![second.id, third.id];
    let route = there(route.queued_by(queue).ok(), "route");
    world.commit(&with_route(back, route)).await;
    first.phase = Phase::RolledBack;
    let ends = world.changeset().then(put_deployment(first));
    world.commit(&ends.then(put_route(kept_for(second, &[third])))).await;
}

/// The same changes, with another route in the last place.
fn with_route(mut changeset: Changeset, route: Route) -> Changeset {
    changeset.changes.pop();
    changeset.then(put_route(route))
}

pub(crate) async fn who_waits_keeps_their_place(world: World) {
    let [mut first, mut second, third] = three_in_line(&world).await;
    for left_out in [vec![], vec![&third], vec![&third, &second]] {
        let refusal = refusal(&world, [put_route(line(&first, &left_out))]).await;
        assert_eq!(refusal, out_of_turn(&second), "{left_out:?}");
    }
    let dropped = refusal(&world, [put_route(line(&first, &[&second]))]).await;
    assert_eq!(dropped, out_of_turn(&third));
    let unknown = of("unknown", version(3));
    let refusal = refusal(&world, [put_route(line(&first, &[&second, &third, &unknown]))]).await;
    let problem = "does not wait for its turn there";
    assert_eq!(refusal, Refusal::Deployment { id: unknown.id, problem });
    // Whoever ends leaves the others where they are; a share that changes takes them along.
    second.phase = Phase::RolledBack;
    let leaves = world.changeset().then(put_deployment(&second));
    world.commit(&leaves.then(put_route(line(&first, &[&third])))).await;
    let shifts = shifted(world.changeset(), &mut first, weight(25));
    let route = route_at(&first, generation(3), weight(25));
    let route = there(route.queueing(third.id).ok(), "route");
    world.commit(&with_route(shifts, route)).await;
}

pub(crate) async fn nobody_begins_before_their_turn(world: World) {
    let mut line = three_in_line(&world).await;
    let early = |of: &Deployment| {
        let problem = "begins before its turn has come";
        Refusal::Deployment { id: of.id, problem }
    };
    let runs = |of: &Deployment| Deployment { phase: Phase::Running, ..of.clone() };
    for waits in line.iter().skip(1) {
        assert_eq!(refusal(&world, [put_deployment(&runs(waits))]).await, early(waits));
    }
    first_ends(&world, &mut line).await;
    let [_, second, third] = &line;
    assert_eq!(refusal(&world, [put_deployment(&runs(third))]).await, early(third));
    let overtakes = [put_route(kept_for(third, &[second]))];
    assert_eq!(refusal(&world, overtakes).await, busy(second));
    // Nor does anybody who did not wait.
    let mut another = of("another", version(2));
    another
        .members
        .iter_mut()
        .for_each(|it| it.regimes = vec![regime(generation(3), Weight::ZERO)]);
    let begins = shifted(world.changeset(), &mut another, weight(5));
    let refusal = world.store.commit(&begins).await.must_refuse("it is the turn of the second");
    assert_eq!(refusal, busy(second));
    world.commit(&world.changeset().then(put_deployment(&runs(second)))).await;
}

pub(crate) async fn a_route_that_somebody_waits_for_is_not_taken_away(world: World) {
    let [mut first, second, third] = three_in_line(&world).await;
    first.phase = Phase::RolledBack;
    let ends = |route: Change| [put_deployment(&first), route];
    assert_eq!(refusal(&world, ends(Change::DeleteRecord(key()))).await, busy(&second));
    let at = |next: &Deployment, waiting: &[&Deployment]| {
        let queue = waiting.iter().map(|it| it.id).collect();
        let route = Route::whole(greeting(), production(), generation(2), version(1));
        put_route(there(route.of_deployment(next.id).queued_by(queue).ok(), "route"))
    };
    assert_eq!(refusal(&world, ends(at(&third, &[&second]))).await, out_of_turn(&second));
    assert_eq!(refusal(&world, ends(at(&second, &[]))).await, out_of_turn(&third));
    // Who waits has no runs.
    let early = route_at(&second, generation(2), Weight::ZERO);
    let early = put_route(there(early.queueing(third.id).ok(), "route"));
    let nothing = Refusal::RouteOfNothing {
        artifact: greeting(),
        environment: production(),
        generation: generation(2),
    };
    assert_eq!(refusal(&world, ends(early)).await, nothing);
    let [ends, keeps] = ends(at(&second, &[&third]));
    world.commit(&world.changeset().then(ends).then(keeps)).await;
}

pub(crate) async fn who_is_next_begins_from_what_is_live_by_then(world: World) {
    let mut line = three_in_line(&world).await;
    first_ends(&world, &mut line).await;
    let [_, second, third] = &line;
    world.go_live(&greeting(), &production(), version(2)).await;
    let mut begins = Deployment { phase: Phase::Running, ..second.clone() };
    for member in &mut begins.members {
        member.from = version(2);
        member.regimes = vec![regime(generation(4), Weight::ZERO)];
    }
    let mut other = begins.clone();
    other.members.iter_mut().for_each(|member| member.to = version(1));
    let frozen = refusal(&world, [put_deployment(&other)]).await;
    let problem = "is another one: what a deployment does is frozen when it begins";
    assert_eq!(frozen, Refusal::Deployment { id: second.id, problem }, "the candidate is frozen");
    let first_step = shifted(world.changeset(), &mut begins, weight(5));
    let route = route_at(&begins, generation(5), weight(5));
    let route = there(route.queueing(third.id).ok(), "route");
    world.commit(&with_route(first_step, route)).await;
    // From then on it is frozen as any other.
    begins.members.iter_mut().for_each(|member| member.from = version(1));
    let frozen = refusal(&world, [put_deployment(&begins)]).await;
    assert_eq!(frozen, Refusal::Deployment { id: second.id, problem });
}

pub(crate) async fn who_waits_does_not_go_forward_and_begins_only_where_that_is_allowed(
    world: World,
) {
    let first = under_way(&world).await;
    let at = Timestamp::EPOCH;
    let freeze = Freeze { by: alice(), reason: reason("holidays"), at, until: None, window: None };
    let frozen = Environment { frozen: Some(freeze.clone()), ..Environment::new(production()) };
    let set = |it: Environment| Change::PutRecord(Box::new(Record::Environment(it)));
    world.commit(&world.changeset().then(set(frozen))).await;
    let (second, third) = (queued("second"), queued("third"));
    for (one, waiting) in [(&second, vec![&second]), (&third, vec![&second, &third])] {
        let queues = world.changeset().then(put_deployment(one));
        world.commit(&queues.then(put_route(line(&first, &waiting)))).await;
    }
    let mut all = [first, second, third];
    first_ends(&world, &mut all).await;
    let [_, second, _] = &all;
    let begins = Deployment { phase: Phase::Running, ..second.clone() };
    let environment = production();
    let closed = Refusal::Frozen { environment, freeze: Box::new(freeze) };
    assert_eq!(refusal(&world, [put_deployment(&begins)]).await, closed);
    let asks = Environment { approvals: 1, ..Environment::new(production()) };
    world.commit(&world.changeset().then(set(asks))).await;
    let asked = Refusal::NeedsApproval { environment: production(), approvals: 1 };
    assert_eq!(refusal(&world, [put_deployment(&begins)]).await, asked);
    // The plan may ask for what is asked by now, and for nothing else.
    let asking = there(second.plan.clone().asking_first(1).ok(), "plan");
    let begins = Deployment { plan: asking, ..begins };
    world.commit(&world.changeset().then(put_deployment(&begins))).await;
}

pub(crate) async fn a_race_of_an_end_and_a_queue_loses_nobody(world: World) {
    let mut first = under_way(&world).await;
    first.phase = Phase::RollingBack;
    world.commit(&shifted(world.changeset(), &mut first, Weight::ZERO)).await;
    let second = queued("second");
    let waits = there(route_at(&first, generation(3), Weight::ZERO).queueing(second.id).ok(), "it");
    first.phase = Phase::RolledBack;
    let (ends, queues) = (world.changeset(), world.changeset());
    let ends = ends.then(put_deployment(&first)).then(Change::DeleteRecord(key()));
    let queues = queues.then(put_deployment(&second)).then(put_route(waits));
    let mut racers = JoinSet::new();
    for changeset in [ends, queues] {
        let client = Client::clone(&world);
        racers.spawn(async move { client.store.commit(&changeset).await });
    }
    let answers = racers.join_all().await;
    let refused = answers.iter().filter(|it| matches!(it, Err(StoreError::Refused(_)))).count();
    assert_eq!(refused, 1, "{answers:?}");
    let at = sternway_types::At::Head;
    let entry = world.store.record(&world.ns, &key(), at).await.must("read a route");
    let route = there(entry, "route").record.and_then(Record::into_route);
    let second_key = RecordKey::deployment(&production(), second.id);
    let waiting = world.store.record(&world.ns, &second_key, at).await;
    let waiting = waiting.must("read a deployment").is_some();
    assert_eq!(
        route.is_some_and(|it| it.queue() == [second.id]),
        waiting,
        "whoever waits is known"
    );
}
