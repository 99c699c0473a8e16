//! What deployments wait for that a person must do.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sternway_types::{
    Actor, Consent, Deployment, DeploymentId, EnvironmentId, Pause, Phase, Reason, RoleId, Step,
    Timestamp, VersionNumber,
};

use crate::{MemberView, ObjectionView};

/// A deployment that goes no further before a person does something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AwaitingView {
    /// Its name.
    pub id: DeploymentId,
    /// Where.
    pub environment: EnvironmentId,
    /// What would move.
    pub members: Vec<MemberView>,
    /// Who began it: nobody agrees to what they began.
    pub by: Actor,
    /// Why.
    pub reason: Reason,
    /// Since when it waits.
    pub since: Timestamp,
    /// What for.
    pub waits_for: WaitsFor,
}

/// What a person must do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// Others must agree.
    Approvals {
        /// How many people are missing.
        missing: usize,
        /// The roles that nobody fills yet, and who may.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        roles: BTreeMap<RoleId, BTreeSet<Actor>>,
        /// Whose approvals count.
        agreed: Vec<Actor>,
    },
    /// These must take back that they said no, or somebody ends it.
    Withdrawal(Vec<ObjectionView>),
    /// Its plan waits for somebody to say so.
    Promotion,
    /// Somebody must have it go on: a person paused it (`asked`), it took too long (`deadline`), or a
    /// candidate was found to be worse and its policy leaves it to a person (`regressed`).
    Resumption(Vec<&'static str>),
    /// Its experiment waits for somebody to say which of these goes on.
    Choice(Vec<VersionNumber>),
    /// What it waits for did not end well: deploy that again, or go on without.
    Decision,
}

impl AwaitingView {
    /// What a deployment waits for at a moment, if a person must do it.
    #[must_use]
    pub fn of(deployment: &Deployment, at: Timestamp) -> Option<Self> {
        Some(Self {
            id: deployment.id,
            environment: deployment.environment.clone(),
            members: deployment
                .members
                .iter()
                .map(|member| MemberView::of(deployment, member))
                .collect(),
            by: deployment.by.clone(),
            reason: deployment.reason.clone(),
            since: deployment.since,
            waits_for: WaitsFor::of(deployment, at)?,
        })
    }
}

impl WaitsFor {
    fn of(deployment: &Deployment, at: Timestamp) -> Option<Self> {
        if deployment.phase != Phase::Running {
            return None;
        }
        if !deployment.objections.is_empty() {
            let objections = deployment.objections.iter().map(Into::into).collect();
            return Some(Self::Withdrawal(objections));
        }
        if deployment.pauses.contains(&Pause::Unmet) {
            return Some(Self::Decision);
        }
        if deployment.pauses.contains(&Pause::Expired) {
            let passed = deployment.plan.steps().iter().take(deployment.step.into());
            let mut asked = passed.filter_map(Step::asks);
            return asked.find_map(|consent| Self::approvals(deployment, consent, at));
        }
        let by_hand =
            |pause: &&Pause| matches!(pause, Pause::Asked | Pause::Deadline | Pause::Regressed);
        let held: Vec<_> = deployment.pauses.iter().filter(by_hand).collect();
        match deployment.current() {
            Some(Step::Approve(consent)) => Self::approvals(deployment, consent, at),
            _ if !held.is_empty() => {
                Some(Self::Resumption(held.into_iter().map(|it| it.as_str()).collect()))
            }
            Some(Step::Pause) => Some(Self::Promotion),
            Some(Step::Choose) => Some(Self::choice(deployment)),
            _ => None,
        }
    }

    /// The candidates of the first artifact: the others' are chosen with them.
    fn choice(deployment: &Deployment) -> Self {
        let member = deployment.members.first();
        let places = deployment.in_running();
        Self::Choice(places.filter_map(|place| member?.candidate(place)).collect())
    }

    fn approvals(deployment: &Deployment, consent: &Consent, at: Timestamp) -> Option<Self> {
        let lacking = deployment.lacks(consent, at);
        if lacking.is_nothing() {
            return None;
        }
        let open = consent.roles.iter().filter(|(role, _)| lacking.roles.contains(role));
        let roles = open.map(|(role, people)| (role.clone(), people.clone())).collect();
        let counts = deployment.approvals.iter().filter(|it| consent.counts(it, at));
        let agreed = counts.map(|it| it.by.clone()).collect();
        Some(Self::Approvals { missing: lacking.people, roles, agreed })
    }
}
