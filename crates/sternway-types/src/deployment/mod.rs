//! One attempt to make versions live in an environment, step by step.

mod consent;
mod people;
mod plan;
mod step;

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

pub use self::{
    consent::{Consent, Lacking, Roles, RolesError},
    people::{Approval, Objection, Waiver},
    plan::{Limits, OnDeadline, Plan, PlanError, Strategy},
    step::{Step, Wait},
};
use crate::{
    Actor, ArtifactId, DeploymentId, Digest, EnvironmentId, FrozenBaseline, Generation, ProbeId,
    Reason, Timestamp, VersionNumber, Weight,
};

/// Where a deployment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// In one of its steps.
    Running,
    /// On its way back: the candidates get no runs any more.
    RollingBack,
    /// The candidates are live, and proven or waived.
    Completed,
    /// What was live before is live alone.
    RolledBack,
    /// Somebody moved what is live by hand, or another deployment took its place.
    Superseded,
    /// Those who were asked said no.
    Rejected,
    /// Nobody could see that it went back: a person must look.
    Halted,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 7] = [
        Self::Running,
        Self::RollingBack,
        Self::Completed,
        Self::RolledBack,
        Self::Superseded,
        Self::Rejected,
        Self::Halted,
    ];

    /// Whether it is over: nothing leads out of such a phase.
    #[must_use]
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Running | Self::RollingBack)
    }

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::RollingBack => "rolling_back",
            Self::Completed => "completed",
            Self::RolledBack => "rolled_back",
            Self::Superseded => "superseded",
            Self::Rejected => "rejected",
            Self::Halted => "halted",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a deployment goes no further for now. Each is taken away by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// A person asked for it.
    Asked,
    /// The step takes longer than it may.
    Deadline,
    /// The router did not do as asked.
    Unrouted,
    /// Nothing goes forward in the environment.
    Frozen,
    /// The deployment that it waits for did not end well.
    Unmet,
    /// Somebody who was asked said no, and did not take that back.
    Rejected,
    /// Who agreed did so too long ago, and the candidates had no runs yet.
    Expired,
}

impl Pause {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Deadline => "deadline",
            Self::Unrouted => "unrouted",
            Self::Frozen => "frozen",
            Self::Unmet => "unmet",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }
}

/// Why a deployment went back, or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A candidate was found to be worse.
    Regressed {
        /// Whose candidate.
        artifact: ArtifactId,
    },
    /// Somebody asked for it.
    Aborted {
        /// Who.
        by: Actor,
        /// Why.
        reason: Reason,
    },
    /// What was asked for the health of the candidates said that they are not well.
    Unhealthy {
        /// What said so.
        probe: ProbeId,
        /// What it said.
        problem: Reason,
    },
    /// A step took longer than it may.
    Deadline,
    /// What is live was moved past it.
    Overtaken {
        /// Whose.
        artifact: ArtifactId,
    },
    /// Another deployment took its place.
    Replaced {
        /// Which.
        by: DeploymentId,
    },
    /// Somebody who was asked said no.
    Rejected {
        /// Who.
        by: Actor,
        /// Why.
        reason: Reason,
    },
}

/// One stretch of a deployment in which the shares were the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// The generation of the pointer, which the outcomes of that time name.
    pub generation: Generation,
    /// The candidate's share.
    pub weight: Weight,
    /// Of which share it got copies.
    #[serde(default, skip_serializing_if = "Weight::is_zero")]
    pub shadow: Weight,
}

/// One of the artifacts that a deployment moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Which artifact.
    pub artifact: ArtifactId,
    /// What was live when it began, and comes back if it must.
    pub from: VersionNumber,
    /// The candidate.
    pub to: VersionNumber,
    /// The shares that the candidate had, the oldest first. Never empty.
    pub regimes: Vec<Regime>,
    /// What the candidate is held against, as it stood when the deployment began; nothing if the live
    /// version had no runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Box<FrozenBaseline>>,
}

impl Member {
    /// The generation of the pointer since the last step that moved it.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.regimes.last().map_or(Generation::ZERO, |regime| regime.generation)
    }
}

/// Who drives a deployment, and until when nobody else does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// The name that the driver drew.
    pub owner: String,
    /// When anybody may take it over.
    pub until: Timestamp,
}

/// One attempt to make versions live in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// Its name: that of the changeset that began it.
    pub id: DeploymentId,
    /// Where.
    pub environment: EnvironmentId,
    /// What moves, all of it together. In the order of names, at most [`Deployment::MAX_MEMBERS`].
    pub members: Vec<Member>,
    /// What is to be done. It never changes.
    pub plan: Plan,
    /// Who began it.
    pub by: Actor,
    /// Why.
    #[serde(default, skip_serializing_if = "Reason::is_empty")]
    pub reason: Reason,
    /// When.
    pub started: Timestamp,
    /// Where it is.
    pub phase: Phase,
    /// The place of its step, from 0. Past the last one once all are done.
    pub step: u16,
    /// The share that the candidates have.
    pub weight: Weight,
    /// Of which share they get copies.
    #[serde(default, skip_serializing_if = "Weight::is_zero")]
    pub shadow: Weight,
    /// Whether the routers were seen to do so.
    pub routed: bool,
    /// Since when it is in this step, or on its way back.
    pub since: Timestamp,
    /// Why it goes no further for now.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub pauses: BTreeSet<Pause>,
    /// Who agreed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// Who said no, and did not take that back: its candidates get no more runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objections: Vec<Objection>,
    /// Why it may end without proof, if it may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waiver>,
    /// Whether the candidates were proven.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proven: bool,
    /// Why it went back, or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How often another driver took it over: it only grows.
    pub fence: u64,
    /// Who drives it, if somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
}

impl Deployment {
    /// The most artifacts that move together.
    pub const MAX_MEMBERS: usize = 64;

    /// The step that it is in; nothing once all are done.
    #[must_use]
    pub fn current(&self) -> Option<&Step> {
        self.plan.steps().get(usize::from(self.step))
    }

    /// Whether the candidates are live, as far as it has come.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.weight == Weight::ALL
    }

    /// What people agree to: the plan, and what it is for.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let members: Vec<_> =
            self.members.iter().map(|member| (&member.artifact, member.from, member.to)).collect();
        let what = (&self.environment, members, &self.plan);
        // It can always be written.
        Digest::of(&serde_json::to_vec(&what).unwrap_or_default())
    }

    /// Whether its candidates had any runs, or copies of them.
    #[must_use]
    pub fn has_run(&self) -> bool {
        let runs = |regime: &Regime| !regime.weight.is_zero() || !regime.shadow.is_zero();
        let now = !self.weight.is_zero() || !self.shadow.is_zero();
        now || self.members.iter().any(|member| member.regimes.iter().any(runs))
    }

    /// Whether its candidates have more runs, or more copies of them, than before.
    #[must_use]
    pub fn has_more_than(&self, before: &Self) -> bool {
        self.weight > before.weight || self.shadow > before.shadow
    }

    /// Why this cannot come after what was there before, if it cannot: what is frozen stays, an end is
    /// an end, what goes back gets no more runs, and nothing ends well without proof.
    #[must_use]
    pub fn refuses(&self, before: Option<&Self>) -> Option<&'static str> {
        if let Some(problem) = self.problem() {
            return Some(problem);
        }
        let Some(before) = before else {
            return (self.phase != Phase::Running)
                .then_some("begins in a phase other than running");
        };
        if before.digest() != self.digest()
            || before.id != self.id
            || before.started != self.started
        {
            return Some("is another one: what a deployment does is frozen when it begins");
        }
        if before.phase.is_over() {
            return Some("is over");
        }
        if self.fence < before.fence {
            return Some("was taken over by another driver");
        }
        if self.has_more_than(before) && self.lacks_by_now(Timestamp::MIN).is_some() {
            return Some("gives its candidates runs that nobody has agreed to");
        }
        if self.has_more_than(before) && !self.objections.is_empty() {
            return Some("gives its candidates runs, and somebody who was asked said no");
        }
        let goes_back = before.phase == Phase::RollingBack;
        if goes_back && matches!(self.phase, Phase::Running | Phase::Completed) {
            return Some("is on its way back, and nothing leads forward from there");
        }
        (goes_back && self.has_more_than(before))
            .then_some("is on its way back, and its candidates get no more runs")
    }

    /// What is wrong with it, whatever was before.
    fn problem(&self) -> Option<&'static str> {
        if !(1..=Self::MAX_MEMBERS).contains(&self.members.len()) {
            return Some("has no members, or more than 64");
        }
        let mut pairs = self.members.windows(2);
        if pairs.any(|pair| matches!(pair, [one, other] if one.artifact >= other.artifact)) {
            return Some("has members that are not in the order of their names");
        }
        let is_member =
            |other: &ArtifactId| self.members.iter().any(|member| member.artifact == *other);
        if self.plan.awaits(0).any(is_member) {
            return Some("waits for a deployment of what it moves itself");
        }
        if self.members.iter().any(|member| member.regimes.is_empty()) {
            return Some("has a member that nothing is known of");
        }
        let proof = self.proven || self.waiver.is_some() || !self.plan.limits().evidence;
        (self.phase == Phase::Completed && !proof)
            .then_some("ends well without proof, and nobody has said why")
    }
}
