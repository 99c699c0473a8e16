//! Deployments that wait for those of other artifacts: how they begin, and that none of them passes before what it
//! waits for is proven; and that none passes a health check that did not say that all is well.

use std::{collections::BTreeSet, sync::Arc};

use sternway::{
    control::deploy::OnSupersede,
    types::{ArtifactId, Deployment, DeploymentId, Phase, Step},
};

use super::{
    cast::{Deed, new_deployment},
    ledger::Ledger,
    play::{Play, second_version},
    probe::SimProbe,
};
use crate::sim::Failure;

/// What is known of those that wait.
#[derive(Debug, Default)]
pub(super) struct Gates {
    /// The deployments that began, in that order.
    pub(super) begun: Vec<DeploymentId>,
    /// Those that wait, and saw the newest of what they wait for completed meanwhile.
    met: BTreeSet<DeploymentId>,
    /// Whether a person made the commit that is looked at.
    pub(super) by_person: bool,
    /// What is asked for health.
    pub(super) probe: Option<Arc<SimProbe>>,
}

/// What a deployment waits for now, if it does.
fn awaited(deployment: &Deployment) -> Option<&ArtifactId> {
    let waits = deployment.phase == Phase::Running;
    deployment.current().filter(|_| waits).and_then(Step::awaits)
}

impl Ledger {
    /// Whoever waits goes on once the other one was completed, or by a person's word.
    pub(super) fn passes(&self, before: &Deployment, after: &Deployment) -> Result<(), Failure> {
        let passed = after.step > before.step && after.phase == Phase::Running;
        let unwell = |it: &Arc<SimProbe>| !it.found_well(before.id, before.step);
        let checked = matches!(before.current(), Some(Step::Probe(_)));
        if passed
            && checked
            && !self.gates.by_person
            && self.gates.probe.as_ref().is_some_and(unwell)
        {
            let words = format!("{} passed a health check that did not say so", after.id);
            return Err(Failure::Broken(words));
        }
        match awaited(before) {
            Some(other)
                if passed && !self.gates.by_person && !self.gates.met.contains(&after.id) =>
            {
                let words = format!("{} did not wait for the deployment of {other}", after.id);
                Err(Failure::Broken(words))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Notes whose gate is open by now: whoever looks at any later moment may have seen that.
    pub(super) fn look_at_gates(&mut self) {
        let newest = |artifact: &ArtifactId| {
            let moves = |it: &&Deployment| it.members.iter().any(|of| of.artifact == *artifact);
            let begun = self.gates.begun.iter().rev();
            begun.filter_map(|id| self.deployments.get(id)).find(moves)
        };
        let open: Vec<_> = self
            .under_way()
            .into_iter()
            .filter(|it| {
                let other = awaited(it).and_then(newest);
                other.is_some_and(|other| other.phase == Phase::Completed)
            })
            .map(|it| it.id)
            .collect();
        self.gates.met.extend(open);
    }

    /// Whether somebody waited for another one by now.
    pub(super) fn has_waited(&self) -> bool {
        self.deployments.values().any(|it| it.plan.awaits(0).next().is_some())
    }
}

impl Play<'_> {
    /// What the first deployment moves: where another one is to wait for it, the last artifact alone.
    pub(super) fn first_members(&self) -> Vec<ArtifactId> {
        self.members.get(self.script.followers..).unwrap_or_default().to_vec()
    }

    /// A deployment of the other artifact, which waits for the first one, until it is there.
    pub(super) fn follows(&self) -> Option<Deed> {
        if self.script.followers == 0 || self.ledger.has_waited() {
            return None;
        }
        let (follower, others) = self.members.split_first()?;
        let plan = self.script.plan.clone().following(others).ok()?;
        let of = std::slice::from_ref(follower);
        Some(Deed::Start(new_deployment(of, second_version(), plan, OnSupersede::Reject)))
    }
}
