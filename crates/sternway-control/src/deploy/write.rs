//! What a deployment's next state is written as: one changeset.

use std::collections::HashSet;

use sternway_deploy::{Next, Write};
use sternway_types::{
    Arm, ArtifactId, Change, Changeset, Condemnation, Deployment, Force, Generation, Matched,
    Member, MoveCause, NewMove, Phase, PointerName, Precondition, Reason, Record, RecordKey,
    Regime, RollbackTrigger, Route, Shift, Target, VersionNumber, Weight,
};

use super::{Deployed, line::Lines};
use crate::{Control, ControlError};

impl Control {
    /// The changeset that brings a deployment to what it is next, if it is still as it was.
    pub(super) async fn deploying(
        &self,
        changeset: Changeset,
        before: &Deployed,
        next: Next,
    ) -> Result<Changeset, ControlError> {
        let (moved, mut lines) = (HashSet::new(), Lines::default());
        let deploying = self.deploying_beside(changeset, before, next, &moved, &mut lines);
        let changeset = Box::pin(deploying).await?;
        Ok(lines.onto(changeset))
    }

    /// The same, where the changeset moves the pointers of some artifacts itself, and writes more than one
    /// deployment: the routes come once all of them are written.
    pub(crate) async fn deploying_beside(
        &self,
        changeset: Changeset,
        before: &Deployed,
        next: Next,
        moved: &HashSet<ArtifactId>,
        lines: &mut Lines,
    ) -> Result<Changeset, ControlError> {
        let Next { mut deployment, writes } = next;
        let key = RecordKey::deployment(&deployment.environment, deployment.id);
        let generation = before.generation;
        let mut changeset = changeset.when(Precondition::RecordAt { key, generation });
        let releases = writes.contains(&Write::Release);
        // On its way back, what others moved meanwhile is theirs. Forward, it is a lost race.
        let ours = if deployment.phase == Phase::RollingBack {
            let mut ours = self.still_ours(&deployment).await?;
            ours.retain(|artifact| !moved.contains(artifact));
            ours
        } else {
            deployment.members.iter().map(|member| member.artifact.clone()).collect()
        };
        let mut moves = Vec::new();
        for write in &writes {
            match write {
                Write::Shift => moves = shift(&mut deployment, &ours),
                Write::GoLive => moves = go_live(&mut deployment, &ours),
                Write::TakeBack => moves = take_back(&mut deployment, &ours),
                Write::Condemn => {
                    for condemned in self.unfit(&before.deployment, &deployment).await? {
                        changeset = changeset.then(put(Record::Condemnation(condemned)));
                    }
                }
                Write::Release => (),
            }
        }
        // The deployment first: what follows is checked against it.
        changeset = changeset.then(put(Record::Deployment(Box::new(deployment.clone()))));
        for (before, moved) in moves {
            let (artifact, name) = (moved.artifact.clone(), moved.name.clone());
            let at = Precondition::PointerAt { artifact, name, generation: before };
            changeset = changeset.when(at).then(Change::MovePointer(Box::new(moved)));
        }
        for member in &deployment.members {
            changeset = if releases {
                self.leaving(&deployment, &member.artifact, lines).await?;
                changeset
            } else if writes.iter().any(|it| *it != Write::Condemn)
                && ours.contains(&member.artifact)
            {
                self.routing(changeset, &deployment, member, lines).await?
            } else {
                changeset
            };
        }
        Ok(changeset)
    }

    /// The members whose pointers are as the deployment left them.
    async fn still_ours(
        &self,
        deployment: &Deployment,
    ) -> Result<HashSet<ArtifactId>, ControlError> {
        let mut ours = HashSet::new();
        let name = PointerName::Environment(deployment.environment.clone());
        for member in &deployment.members {
            let pointer = self.pointer(&member.artifact, &name).await?;
            if pointer.is_some_and(|pointer| pointer.generation == member.generation()) {
                ours.insert(member.artifact.clone());
            }
        }
        Ok(ours)
    }

    /// The candidates as they are condemned: those of an experiment that are out since, or all that were in
    /// it until now. One with the content of what was live before is as good as that.
    pub(super) async fn unfit(
        &self,
        before: &Deployment,
        after: &Deployment,
    ) -> Result<Vec<Condemnation>, ControlError> {
        let mut places: Vec<_> = after.out.difference(&before.out).copied().collect();
        if places.is_empty() {
            places = before.in_running().collect();
        }
        let mut condemned = Vec::new();
        for member in &after.members {
            let from = self.version(&member.artifact, member.from).await?;
            for version in places.iter().filter_map(|place| member.candidate(*place)) {
                let to = self.version(&member.artifact, version).await?;
                if to.content.digest != from.content.digest {
                    condemned.push(Condemnation {
                        artifact: member.artifact.clone(),
                        environment: after.environment.clone(),
                        digest: to.content.digest,
                        version,
                        reason: Reason::new(format!("taken back by deployment {}", after.id))?,
                    });
                }
            }
        }
        Ok(condemned)
    }
}

pub(super) fn put(record: Record) -> Change {
    Change::PutRecord(Box::new(record))
}

/// Moves of pointers, each with the generation that the pointer has before.
type Moves = Vec<(Generation, NewMove)>;

/// A new generation of every pointer, for the shares that are in force from here on.
fn shift(deployment: &mut Deployment, ours: &HashSet<ArtifactId>) -> Moves {
    moved(deployment, ours, |deployment, member| {
        let shift = Shift {
            deployment: deployment.id,
            candidate: member.to,
            weight: deployment.weight,
            arms: split_of(deployment, member),
        };
        (member.from, MoveCause::Shifted(shift))
    })
}

fn go_live(deployment: &mut Deployment, ours: &HashSet<ArtifactId>) -> Moves {
    moved(deployment, ours, |deployment, member| {
        (deployment.candidate_of(member), MoveCause::Deployed(deployment.id))
    })
}

fn take_back(deployment: &mut Deployment, ours: &HashSet<ArtifactId>) -> Moves {
    let cause = MoveCause::RolledBack(RollbackTrigger::Manual);
    moved(deployment, ours, |_, member| (member.from, cause.clone()))
}

fn moved(
    deployment: &mut Deployment,
    ours: &HashSet<ArtifactId>,
    to: impl Fn(&Deployment, &Member) -> (VersionNumber, MoveCause),
) -> Moves {
    let now = deployment.clone();
    let Deployment { environment, weight, shadow, .. } = &now;
    let (weight, shadow, matched) = (*weight, *shadow, now.matched.is_some());
    let members = deployment.members.iter_mut().filter(|it| ours.contains(&it.artifact));
    let moves = members.map(|member| {
        let (before, (version, cause)) = (member.generation(), to(&now, member));
        let arms = split_of(&now, member);
        member.regimes.push(Regime { generation: before.next(), weight, arms, shadow, matched });
        let (artifact, name) =
            (member.artifact.clone(), PointerName::Environment(environment.clone()));
        let to = Target::Version(version);
        (before, NewMove { artifact, name, to, cause, force: Force::No })
    });
    moves.collect()
}

/// The share of each candidate of an experiment; nothing where there is one candidate.
fn split_of(deployment: &Deployment, member: &Member) -> Vec<Arm> {
    if deployment.is_experiment() { deployment.arms_of(member) } else { Vec::new() }
}

/// The route of a member as the deployment wants it.
pub(super) fn route_of(deployment: &Deployment, member: &Member) -> Result<Route, ControlError> {
    let arms = if deployment.is_live() {
        vec![Arm { version: deployment.candidate_of(member), weight: Weight::ALL }]
    } else {
        let live = Arm { version: member.from, weight: deployment.weight.rest() };
        std::iter::once(live).chain(deployment.arms_of(member)).collect()
    };
    let (artifact, environment) = (member.artifact.clone(), deployment.environment.clone());
    let route = Route::new(artifact, environment, member.generation(), arms)?;
    let route = route.of_deployment(deployment.id);
    if let Some(by) = deployment.matched.clone() {
        return Ok(route.matched_by(Matched { to: member.to, by })?);
    }
    if deployment.shadow.is_zero() {
        return Ok(route);
    }
    Ok(route.shadowed_by(Arm { version: member.to, weight: deployment.shadow })?)
}
