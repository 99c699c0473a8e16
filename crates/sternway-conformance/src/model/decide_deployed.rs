//! What a deployment and its routes must be answered with.

use sternway_store::Refusal;
use sternway_types::{
    Arm, Commit, Deployment, DeploymentId, EnvironmentId, Phase, PointerName, Record, RecordKey,
    Route, Subject, Weight,
};

use super::{
    decide_protected, decide_queued,
    decide_record::{missing, nowhere},
    history::History,
};

pub(super) fn deployment(
    history: History<'_>,
    making: &Commit,
    after: &Deployment,
) -> Vec<Refusal> {
    let key = RecordKey::deployment(&after.environment, after.id);
    let before = history.record(&key).and_then(Record::into_deployment);
    let frozen = after.refuses(before.as_deref());
    let frozen = frozen.map(|problem| Refusal::Deployment { id: after.id, problem });
    let versions = after.members.iter().flat_map(|it| {
        [it.from, it.to].into_iter().filter_map(|number| missing(history, &it.artifact, number))
    });
    let closed = decide_protected::deployed(history, making, after, before.as_deref());
    let early = decide_queued::early(history, after, before.as_deref());
    frozen
        .into_iter()
        .chain(early)
        .chain(closed)
        .chain(nowhere(history, &after.environment))
        .chain(versions)
        .collect()
}

pub(super) fn route(history: History<'_>, after: &Route) -> Vec<Refusal> {
    let (artifact, environment) = (after.artifact(), after.environment());
    let mut problems = Vec::new();
    let before = history.record(&RecordKey::route(artifact, environment));
    let before = before.and_then(Record::into_route);
    let other = before.as_ref().filter(|before| before.deployment() != after.deployment());
    if let Some(by) = other.and_then(|route| under_way(history, route)) {
        let (artifact, environment) = (artifact.clone(), environment.clone());
        problems.push(Refusal::BeingDeployed { artifact, environment, by: by.id });
    }
    problems.extend(decide_queued::disorder(history, after, before.as_deref()));
    let deployment = under_way(history, after);
    let only_the_queue = before.is_some_and(|it| it.unqueued() == after.clone().unqueued());
    if only_the_queue && deployment.is_some() {
        return problems;
    }
    let name = PointerName::Environment(environment.clone());
    let pointer = history.pointer(artifact, &name);
    let of_now = pointer.is_some_and(|pointer| {
        pointer.generation == after.generation() && pointer.version == Some(after.live().version)
    });
    let member = deployment.as_ref().and_then(|deployment| {
        deployment.members.iter().find(|member| member.artifact == *artifact)
    });
    let fits = deployment.as_ref().zip(member).is_some_and(|(deployment, member)| {
        let all: Vec<_> = member.candidates().zip(0_u8..).collect();
        let waits = deployment.phase == Phase::Queued && !after.candidates().is_empty();
        !waits
            && after.candidates().iter().all(|arm| {
                let found = all.iter().find(|(version, _)| *version == arm.version);
                found.is_some_and(|(_, at)| arm.weight.is_zero() || !deployment.out.contains(at))
            })
    });
    if !of_now || !fits || after.withdrawal().is_some() {
        problems.push(Refusal::RouteOfNothing {
            artifact: artifact.clone(),
            environment: environment.clone(),
            generation: after.generation(),
        });
    }
    for arm in after.candidates().iter().filter(|arm| runs(after, arm)) {
        let versions = history.versions(artifact);
        let version = versions.into_iter().find(|version| version.number == arm.version);
        let key = version
            .map(|version| RecordKey::condemnation(artifact, environment, &version.content.digest));
        if let Some(Record::Condemnation(it)) = key.and_then(|key| history.record(&key)) {
            problems.push(Refusal::Condemned {
                artifact: artifact.clone(),
                version: arm.version,
                environment: environment.clone(),
                reason: it.reason,
            });
        }
    }
    problems
}

/// Whether a candidate answers runs, by chance or for what they carry, or gets copies of them.
fn runs(route: &Route, arm: &Arm) -> bool {
    let copies = route.shadow().filter(|shadow| shadow.version == arm.version);
    let matches = route.matched().is_some_and(|matched| matched.to == arm.version);
    arm.weight > Weight::ZERO || copies.is_some() || matches
}

pub(super) fn no_route(history: History<'_>, key: &RecordKey) -> Option<Refusal> {
    let route = history.record(key).and_then(Record::into_route)?;
    let by = *decide_queued::line(history, &route).first()?;
    let (artifact, environment) = (route.artifact().clone(), route.environment().clone());
    Some(Refusal::BeingDeployed { artifact, environment, by })
}

/// Whether a version is beside what is live under this generation.
pub(super) fn is_candidate(history: History<'_>, subject: &Subject) -> bool {
    let record = history.record(&RecordKey::route(&subject.artifact, &subject.environment));
    record.and_then(Record::into_route).is_some_and(|route| {
        let of_it = route.candidates().iter().any(|arm| arm.version == subject.version);
        of_it && route.generation() == subject.generation
    })
}

fn under_way(history: History<'_>, route: &Route) -> Option<Box<Deployment>> {
    not_over(history, route.environment(), route.deployment()?)
}

pub(super) fn not_over(
    history: History<'_>,
    environment: &EnvironmentId,
    id: DeploymentId,
) -> Option<Box<Deployment>> {
    let key = RecordKey::deployment(environment, id);
    let deployment = history.record(&key).and_then(Record::into_deployment)?;
    (!deployment.phase.is_over()).then_some(deployment)
}
