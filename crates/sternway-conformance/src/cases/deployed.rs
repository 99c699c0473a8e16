//! **Deployed**: deployments and the routes that they make.

use sternway_store::{Refusal, StoreError};
use sternway_types::{
    Arm, ArtifactId, Change, Deployment, Generation, Phase, PointerName, Record, RecordKey, Route,
    Subject, Timestamp, VersionNumber, Weight, Withdrawal,
};
use tokio::task::JoinSet;

use crate::{
    everything::Everything,
    must::{Must, there},
    world::{
        Client, World, artifact, deployment, generation, greeting, live, move_to, production,
        put_deployment, put_route, reason, robot, route_at, shift, shifted, staging, succeeded,
        version, weight,
    },
};

fn name() -> PointerName {
    live(&production())
}

/// Version 1 is live in production, at generation 1; versions 2 and 3 were added.
async fn three(world: &World) {
    world.publish_many(&greeting(), 3).await;
    world.go_live(&greeting(), &production(), version(1)).await;
}

pub(super) fn of(name: &str, to: VersionNumber) -> Deployment {
    deployment(name, &greeting(), &production(), [version(1), to], generation(1))
}

/// Version 2 has 5 % of the runs beside version 1, at generation 2.
pub(super) async fn under_way(world: &World) -> Deployment {
    three(world).await;
    let mut deployment = of("first", version(2));
    world.commit(&shifted(world.changeset(), &mut deployment, weight(5))).await;
    deployment
}

pub(super) async fn refusal(world: &World, changes: impl IntoIterator<Item = Change>) -> Refusal {
    let before = Everything::of(world).await;
    let changeset = changes.into_iter().fold(world.changeset_by(robot()), |all, it| all.then(it));
    let refusal = world.store.commit(&changeset).await.must_refuse("it breaks an invariant");
    Everything::of(world).await.must_equal(&before, "what was refused");
    refusal
}

pub(super) fn busy(by: &Deployment) -> Refusal {
    let (artifact, environment) = (greeting(), production());
    Refusal::BeingDeployed { artifact, environment, by: by.id }
}

async fn frozen(world: &World, after: &Deployment) -> &'static str {
    let refusal = refusal(world, [put_deployment(after)]).await;
    let Refusal::Deployment { id, problem } = refusal else {
        panic!("the deployment is to be refused: {refusal:?}")
    };
    assert_eq!(id, after.id);
    problem
}

/// Takes the candidate's runs away, at a new generation.
async fn goes_back(world: &World, deployment: &mut Deployment) {
    deployment.phase = Phase::RollingBack;
    world.commit(&shifted(world.changeset(), deployment, Weight::ZERO)).await;
}

async fn ends(world: &World, deployment: &mut Deployment) {
    deployment.phase = Phase::RolledBack;
    let key = RecordKey::route(&greeting(), &production());
    let end = world.changeset().then(put_deployment(deployment));
    world.commit(&end.then(Change::DeleteRecord(key))).await;
}

pub(crate) async fn one_deployment_at_a_time_moves_an_artifact(world: World) {
    three(&world).await;
    let mut racers = JoinSet::new();
    for (name, to) in [("second", 2), ("third", 3)] {
        let (client, mut deployment) = (Client::clone(&world), of(name, version(to)));
        racers.spawn(async move {
            let begins = shifted(client.changeset(), &mut deployment, weight(5));
            (deployment, client.store.commit(&begins).await)
        });
    }
    let (won, lost): (Vec<_>, Vec<_>) =
        racers.join_all().await.into_iter().partition(|(_, answer)| answer.is_ok());
    let ([(winner, _)], [(_, Err(StoreError::Refused(why)))]) = (won.as_slice(), lost.as_slice())
    else {
        panic!("{} of two deployments began at once: {lost:?}", won.len())
    };
    assert_eq!(**why, busy(winner));
    assert_eq!(world.pointer(&greeting(), &name()).await.generation, generation(2));
    // Elsewhere, and of other artifacts, others may.
    world.go_live(&greeting(), &staging(), version(1)).await;
    let mut elsewhere =
        deployment("elsewhere", &greeting(), &staging(), [1, 3].map(version), generation(1));
    world.commit(&shifted(world.changeset(), &mut elsewhere, weight(5))).await;
}

pub(crate) async fn a_route_is_of_a_deployment_under_way_at_the_pointers_generation(world: World) {
    three(&world).await;
    let mut first = of("first", version(2));
    let nothing = |at: Generation| {
        let (artifact, environment) = (greeting(), production());
        Refusal::RouteOfNothing { artifact, environment, generation: at }
    };
    let at = generation(1);
    let route = |generation| put_route(route_at(&first, generation, weight(5)));
    assert_eq!(refusal(&world, [route(at)]).await, nothing(at), "there is no such deployment");
    let ahead = [put_deployment(&first), route(at.next())];
    assert_eq!(refusal(&world, ahead).await, nothing(at.next()), "the pointer did not move");
    world.publish(&artifact("tools/search"), "Search").await;
    let other = deployment(
        "other",
        &artifact("tools/search"),
        &production(),
        [version(1); 2],
        Generation::ZERO,
    );
    let arms = vec![Arm { version: version(1), weight: Weight::ALL }];
    let of_other = there(Route::new(greeting(), production(), at, arms).ok(), "route");
    let of_other = put_route(of_other.of_deployment(other.id));
    let changes = [put_deployment(&other), of_other];
    assert_eq!(refusal(&world, changes).await, nothing(at), "it moves another artifact");
    let third = put_route(route_at(&of("first", version(3)), at, weight(5)));
    let changes = [put_deployment(&first), third];
    assert_eq!(refusal(&world, changes).await, nothing(at), "v3 is no candidate");
    world.commit(&shifted(world.changeset(), &mut first, weight(5))).await;
    let taken = there(Withdrawal::new(Timestamp::EPOCH, first.by.clone(), "", false).ok(), "text");
    let withdrawn = route_at(&first, at.next(), weight(5)).withdrawn(version(1), taken);
    assert_eq!(refusal(&world, [put_route(withdrawn)]).await, nothing(at.next()), "withdrawn");
    world.go_live(&greeting(), &production(), version(3)).await;
    let overtaken = generation(3);
    let stale = [put_route(route_at(&first, overtaken, weight(5)))];
    assert_eq!(refusal(&world, stale).await, nothing(overtaken), "v3 is live, and not v1");
}

pub(crate) async fn a_route_stays_until_the_end(world: World) {
    let mut first = under_way(&world).await;
    let key = RecordKey::route(&greeting(), &production());
    let delete = || Change::DeleteRecord(key.clone());
    assert_eq!(refusal(&world, [delete()]).await, busy(&first));
    goes_back(&world, &mut first).await;
    assert_eq!(refusal(&world, [delete()]).await, busy(&first));
    let mut second =
        deployment("second", &greeting(), &production(), [1, 3].map(version), generation(3));
    let begins = shifted(world.changeset(), &mut second, weight(5));
    let refusal = world.store.commit(&begins).await.must_refuse("the first is on its way back");
    assert_eq!(refusal, busy(&first));
    ends(&world, &mut first).await;
    let begins = shifted(world.changeset(), &mut of_now(&world).await, weight(5));
    world.commit(&begins).await;
}

/// Another deployment, from where the pointer is.
async fn of_now(world: &World) -> Deployment {
    let at = world.pointer(&greeting(), &name()).await.generation;
    deployment("another", &greeting(), &production(), [1, 3].map(version), at)
}

pub(crate) async fn a_shift_moves_nothing(world: World) {
    let first = under_way(&world).await;
    let pointer = world.pointer(&greeting(), &name()).await;
    assert_eq!((pointer.version, pointer.generation), (Some(version(1)), generation(2)));
    let not_a_shift =
        Refusal::NotAShift { artifact: greeting(), name: name(), version: version(2) };
    assert_eq!(refusal(&world, [shift(&first, version(2), weight(5))]).await, not_a_shift);
    let there_already =
        Refusal::AlreadyThere { artifact: greeting(), name: name(), version: version(1) };
    let to = sternway_types::Target::Version(version(1));
    assert_eq!(refusal(&world, [move_to(&greeting(), &name(), to)]).await, there_already);
}

fn subject(number: u64, at: Generation) -> Subject {
    let (artifact, environment) = (greeting(), production());
    Subject { artifact, environment, version: version(number), generation: at }
}

async fn never(world: &World, name: &str, subject: Subject) {
    let outcome = succeeded(name, &subject, world.now());
    let id = outcome.id;
    let answer = world.store.append(&world.arriving(vec![outcome])).await;
    let Subject { artifact, environment, version, generation } = subject;
    let expected = Refusal::NeverLive { index: 1, id, artifact, version, environment, generation };
    assert_eq!(answer.must_refuse("it has no runs there"), expected);
}

pub(crate) async fn outcomes_of_a_candidate_count_in_its_generation(world: World) {
    let mut first = under_way(&world).await;
    let at = generation(2);
    let report = async |name: &str, subject: Subject| {
        world.report(vec![succeeded(name, &subject, world.now())]).await;
    };
    report("live", subject(1, at)).await;
    report("candidate", subject(2, at)).await;
    never(&world, "neither", subject(3, at)).await;
    never(&world, "ahead", subject(2, at.next())).await;
    goes_back(&world, &mut first).await;
    report("late", subject(2, at)).await;
    report("still there", subject(2, at.next())).await;
    ends(&world, &mut first).await;
    never(&world, "over", subject(2, at.next())).await;
    report("live alone", subject(1, at.next())).await;
}

pub(crate) async fn what_a_deployment_does_is_frozen(world: World) {
    let first = under_way(&world).await;
    let other = |change: fn(&mut Deployment)| {
        let mut other = first.clone();
        change(&mut other);
        other
    };
    let another = "is another one: what a deployment does is frozen when it begins";
    let to = other(|it| it.members.iter_mut().for_each(|member| member.to = version(3)));
    assert_eq!(frozen(&world, &to).await, another);
    let started = other(|it| it.started = Timestamp::MAX);
    assert_eq!(frozen(&world, &started).await, another);
    let taken = Deployment { fence: 2, ..first.clone() };
    world.apply(put_deployment(&taken)).await;
    let late = Deployment { fence: 1, ..first.clone() };
    assert_eq!(frozen(&world, &late).await, "was taken over by another driver");
    let unproven = Deployment { phase: Phase::Completed, fence: 2, ..first };
    let problem = "ends well without proof, and nobody has said why";
    assert_eq!(frozen(&world, &unproven).await, problem);
}

pub(crate) async fn a_deployment_waits_for_nothing_that_it_moves_itself(world: World) {
    three(&world).await;
    let waiting = |name: &str, other: ArtifactId| {
        let deployment = of(name, version(2));
        let plan = there(deployment.plan.clone().following(&[other]).ok(), "plan");
        Deployment { plan, ..deployment }
    };
    let itself = waiting("itself", greeting());
    let problem = "waits for a deployment of what it moves itself";
    assert_eq!(frozen(&world, &itself).await, problem);
    world.apply(put_deployment(&waiting("another", artifact("tools/search")))).await;
}

pub(crate) async fn an_end_is_an_end(world: World) {
    let mut first = under_way(&world).await;
    goes_back(&world, &mut first).await;
    let forward = "is on its way back, and nothing leads forward from there";
    for phase in [Phase::Running, Phase::Completed] {
        let again = Deployment { phase, proven: true, ..first.clone() };
        assert_eq!(frozen(&world, &again).await, forward);
    }
    let more = Deployment { weight: weight(5), ..first.clone() };
    let problem = "is on its way back, and its candidates get no more runs";
    assert_eq!(frozen(&world, &more).await, problem);
    ends(&world, &mut first).await;
    // One that waits has come no further than that, and is refused for it before.
    for phase in Phase::ALL.into_iter().filter(|it| *it != Phase::Queued) {
        let again = Deployment { phase, proven: true, ..first.clone() };
        assert_eq!(frozen(&world, &again).await, "is over");
    }
    let key = RecordKey::deployment(&production(), first.id);
    let taken = refusal(&world, [Change::DeleteRecord(key.clone())]).await;
    assert_eq!(taken, Refusal::RecordStays(key.clone()), "it belongs to history");
    let world = world.restart().await;
    let entry = world.store.record(&world.ns, &key, sternway_types::At::Head).await;
    let record = entry.must("read a deployment").and_then(|entry| entry.record);
    assert_eq!(record, Some(Record::Deployment(Box::new(first))));
}

pub(crate) async fn a_condemned_candidate_gets_no_share(world: World) {
    three(&world).await;
    world.condemn(&greeting(), &production(), version(2)).await;
    let mut first = of("first", version(2));
    let begins = shifted(world.changeset(), &mut first, weight(5));
    let refusal = world.store.commit(&begins).await.must_refuse("v2 is condemned");
    let condemned = Refusal::Condemned {
        artifact: greeting(),
        version: version(2),
        environment: production(),
        reason: reason("it fails"),
    };
    assert_eq!(refusal, condemned);
    // Without any runs it may stand beside what is live.
    let mut first = of("first", version(2));
    world.commit(&shifted(world.changeset(), &mut first, Weight::ZERO)).await;
}
