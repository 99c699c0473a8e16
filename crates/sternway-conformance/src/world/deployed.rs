//! Deployments, with what no case is about filled in.

use sternway_types::{
    Arm, ArtifactId, Change, Changeset, Deployment, DeploymentId, EnvironmentId, Force, Generation,
    Limits, Member, MoveCause, NewMove, Plan, Record, Regime, Route, Shift, Step, Strategy, Target,
    Timestamp, VersionNumber, Weight,
};

use super::names::{alice, live};
use crate::must::there;

pub(crate) fn weight(percent: u32) -> Weight {
    there(Weight::new(percent * 100).ok(), "weight")
}

/// A deployment that begins now, in which nothing moved yet.
pub(crate) fn deployment(
    name: &str,
    artifact: &ArtifactId,
    environment: &EnvironmentId,
    [from, to]: [VersionNumber; 2],
    at: Generation,
) -> Deployment {
    let steps = vec![Step::SetWeight(weight(5)), Step::GoLive];
    let plan = Plan::new(Strategy::Steps, steps, Limits::default());
    Deployment::new(
        DeploymentId::from_name(name),
        environment.clone(),
        vec![Member {
            artifact: artifact.clone(),
            from,
            to,
            rivals: Vec::new(),
            regimes: vec![regime(at, Weight::ZERO)],
            baseline: None,
        }],
        there(plan.ok(), "plan"),
        alice(),
        Timestamp::EPOCH,
    )
}

pub(crate) const fn regime(generation: Generation, weight: Weight) -> Regime {
    Regime { generation, weight, arms: Vec::new(), shadow: Weight::ZERO, matched: false }
}

pub(crate) fn put_deployment(deployment: &Deployment) -> Change {
    Change::PutRecord(Box::new(Record::Deployment(Box::new(deployment.clone()))))
}

/// The route of a deployment's first member under a generation, with this share for its candidate.
pub(crate) fn route_at(deployment: &Deployment, at: Generation, weight: Weight) -> Route {
    let member = there(deployment.members.first(), "member");
    let live = Arm { version: member.from, weight: weight.rest() };
    let arms = vec![live, Arm { version: member.to, weight }];
    let (artifact, environment) = (member.artifact.clone(), deployment.environment.clone());
    let route = Route::new(artifact, environment, at, arms);
    there(route.ok(), "route").of_deployment(deployment.id)
}

pub(crate) fn put_route(route: Route) -> Change {
    Change::PutRecord(Box::new(Record::Route(Box::new(route))))
}

/// A move of the pointer from a version to itself.
pub(crate) fn shift(deployment: &Deployment, to: VersionNumber, weight: Weight) -> Change {
    let member = there(deployment.members.first(), "member");
    let shift = Shift { deployment: deployment.id, candidate: member.to, weight, arms: Vec::new() };
    Change::MovePointer(Box::new(NewMove {
        artifact: member.artifact.clone(),
        name: live(&deployment.environment),
        to: Target::Version(to),
        cause: MoveCause::Shifted(shift),
        force: Force::No,
    }))
}

/// A deployment that goes on to another share: a new generation of the pointer, and its route.
pub(crate) fn shifted(
    changeset: Changeset,
    deployment: &mut Deployment,
    weight: Weight,
) -> Changeset {
    deployment.weight = weight;
    let from = there(deployment.members.first(), "member").from;
    let at = there(deployment.members.first(), "member").generation().next();
    if let Some(member) = deployment.members.first_mut() {
        member.regimes.push(regime(at, weight));
    }
    changeset
        .then(put_deployment(deployment))
        .then(shift(deployment, from, weight))
        .then(put_route(route_at(deployment, at, weight)))
}
