//! **Matched**: candidates that get runs for what they carry, and no share of the others.

use sternway_store::Refusal;
use sternway_types::{
    Approval, Change, Changeset, Deployment, Environment, Match, Matched, Record, Regime, Subject,
    Timestamp, Weight,
};

use crate::{
    must::{Must, parsed, there},
    world::{
        World, deployment, generation, greeting, production, put_deployment, put_route, reason,
        route_at, shift, shifted, succeeded, version, weight,
    },
};

/// Version 1 is live in production, at generation 1, and version 2 is to get what matches.
async fn two(world: &World) -> Deployment {
    world.publish_many(&greeting(), 2).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    deployment("first", &greeting(), &production(), [1, 2].map(version), generation(1))
}

/// The candidate gets the runs with this header, under the next generation.
fn matching(changeset: Changeset, of: &mut Deployment, header: &str) -> Changeset {
    let by: Match = parsed(header);
    of.matched = Some(by.clone());
    let member = there(of.members.first(), "member");
    let (from, to, at) = (member.from, member.to, member.generation().next());
    let regime =
        Regime { generation: at, matched: true, ..there(member.regimes.first(), "").clone() };
    of.members.iter_mut().for_each(|member| member.regimes.push(regime.clone()));
    let route = route_at(of, at, Weight::ZERO).matched_by(Matched { to, by });
    changeset
        .then(put_deployment(of))
        .then(shift(of, from, Weight::ZERO))
        .then(put_route(there(route.ok(), "route")))
}

pub(crate) async fn others_agree_before_a_candidate_has_what_matches(world: World) {
    let mut asks = two(&world).await;
    let strict = Environment { approvals: 1, ..Environment::new(production()) };
    let strict = Change::PutRecord(Box::new(Record::Environment(strict)));
    world.commit(&world.changeset().then(strict)).await;
    asks.plan = there(asks.plan.clone().asking_first(1).ok(), "plan");
    world.commit(&world.changeset().then(put_deployment(&asks))).await;
    asks.step = 1;
    let early = matching(world.changeset(), &mut asks.clone(), "x-preview=yes");
    let refusal = world.store.commit(&early).await.must_refuse("nobody agreed");
    let problem = "gives its candidates runs that nobody has agreed to";
    assert_eq!(refusal, Refusal::Deployment { id: asks.id, problem });
    let by = there("human:bob".parse().ok(), "actor");
    let (at, plan) = (Timestamp::EPOCH, asks.digest());
    asks.approvals = vec![Approval { by, reason: reason("fine"), at, plan }];
    world.commit(&matching(world.changeset(), &mut asks, "x-preview=yes")).await;
    // What it does counts in its generation, and there are no shares beside it.
    let (artifact, environment) = (greeting(), production());
    let subject = Subject { artifact, environment, version: version(2), generation: generation(2) };
    drop(world.append(vec![succeeded("by its header", &subject, Timestamp::EPOCH)]).await);
    let both = Deployment { weight: weight(5), ..asks.clone() };
    let refusal = world.store.commit(&world.changeset().then(put_deployment(&both))).await;
    let problem = "gives runs for what they carry to a candidate that has others";
    let refusal = refusal.must_refuse("it has a share, and what matches");
    assert_eq!(refusal, Refusal::Deployment { id: asks.id, problem });
    asks.matched = None;
    world.commit(&shifted(world.changeset(), &mut asks, weight(5))).await;
}

pub(crate) async fn a_condemned_candidate_has_nothing_that_matches(world: World) {
    let mut first = two(&world).await;
    world.condemn(&greeting(), &production(), version(2)).await;
    let begins = matching(world.changeset(), &mut first, "x-preview=yes");
    let refusal = world.store.commit(&begins).await.must_refuse("v2 is condemned");
    let condemned = Refusal::Condemned {
        artifact: greeting(),
        version: version(2),
        environment: production(),
        reason: reason("it fails"),
    };
    assert_eq!(refusal, condemned);
}
