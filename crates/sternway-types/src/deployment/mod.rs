//! One attempt to make versions live in an environment, step by step.

mod consent;
mod experiment;
mod order;
mod people;
mod phase;
mod plan;
mod queued;
mod step;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use self::{
    consent::{Consent, Lacking, Roles, RolesError},
    people::{Approval, Objection, Waiver},
    phase::{Pause, Phase},
    plan::{Limits, OnDeadline, Plan, PlanError, Strategy},
    step::{Step, Wait},
};
use crate::{
    Actor, Arm, ArtifactId, DeploymentId, Digest, EnvironmentId, FrozenBaseline, Generation, Match,
    ProbeId, Reason, Timestamp, VersionNumber, Weight,
};

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
    /// The requests were taken from the candidates at the routers, while the store could not be told so. This was
    /// recorded later.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// Who did so.
        by: Actor,
        /// Why.
        reason: Reason,
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
    /// Its turn had come, and it could not begin any more.
    Unbegun {
        /// Why not.
        problem: Reason,
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
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// The generation of the pointer, which the outcomes of that time name.
    pub generation: Generation,
    /// The candidate's share; in an experiment that of all candidates together.
    pub weight: Weight,
    /// The share of each candidate of an experiment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<Arm>,
    /// Of which share it got copies.
    #[serde(default, skip_serializing_if = "Weight::is_zero")]
    pub shadow: Weight,
    /// Whether it got runs for what they carry: those are no random ones, and never held against the others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub matched: bool,
}

/// One of the artifacts that a deployment moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Which artifact.
    pub artifact: ArtifactId,
    /// What was live when it began, and comes back if it must. Until it begins, what was live when it was
    /// queued.
    pub from: VersionNumber,
    /// The candidate; in an experiment the first of them.
    pub to: VersionNumber,
    /// The other candidates of an experiment, in the order of their shares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rivals: Vec<VersionNumber>,
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
    /// What a run carries that is theirs for that, if they get such runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<Match>,
    /// The share of each candidate of an experiment, while they have any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub split: Vec<Weight>,
    /// The places of the candidates that are out of an experiment, since they were found to be worse.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub out: BTreeSet<u8>,
    /// The place of the candidate that goes on, once somebody has said which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<u8>,
    /// Whether the routers were seen to do so.
    pub routed: bool,
    /// Since when it is in this step, or on its way back.
    pub since: Timestamp,
    /// Until when all of it may take, if its plan says how long. Gone once that was said, since a person decides then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// Why it goes no further for now.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub pauses: BTreeSet<Pause>,
    /// Whether the step waits for outcomes that do not come. It keeps nothing from going on, and ends by itself
    /// once they do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub starved: bool,
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

    /// One that begins now, in its first step, and moved nothing yet.
    #[must_use]
    pub fn new(
        id: DeploymentId,
        environment: EnvironmentId,
        members: Vec<Member>,
        plan: Plan,
        by: Actor,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            environment,
            members,
            plan,
            by,
            reason: Reason::default(),
            started: now,
            phase: Phase::Running,
            step: 0,
            weight: Weight::ZERO,
            shadow: Weight::ZERO,
            matched: None,
            split: Vec::new(),
            out: BTreeSet::new(),
            chosen: None,
            // Nothing was asked of the routers yet.
            routed: true,
            since: now,
            deadline: None,
            pauses: BTreeSet::new(),
            starved: false,
            approvals: Vec::new(),
            objections: Vec::new(),
            waiver: None,
            proven: false,
            cause: None,
            fence: 0,
            lease: None,
        }
    }

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
        let mut written = serde_json::to_vec(&what).unwrap_or_default();
        for rival in self.members.iter().flat_map(|member| &member.rivals) {
            written.extend(rival.get().to_be_bytes());
        }
        Digest::of(&written)
    }

    /// Whether its candidates had any runs, of whatever kind, or copies of them.
    #[must_use]
    pub fn has_run(&self) -> bool {
        let runs = |regime: &Regime| {
            !regime.weight.is_zero() || !regime.shadow.is_zero() || regime.matched
        };
        let now = !self.weight.is_zero() || !self.shadow.is_zero() || self.matched.is_some();
        now || self.members.iter().any(|member| member.regimes.iter().any(runs))
    }

    /// Whether its candidates have more runs, or other ones, or more copies of them, than before.
    #[must_use]
    pub fn has_more_than(&self, before: &Self) -> bool {
        let had = before.split.iter().copied().chain(std::iter::repeat(Weight::ZERO));
        self.weight > before.weight
            || self.shadow > before.shadow
            || (self.matched.is_some() && self.matched != before.matched)
            || self.split.iter().zip(had).any(|(now, had)| *now > had)
    }

    /// Why this cannot come after what was there before, if it cannot: what is frozen stays, an end is
    /// an end, what goes back gets no more runs, and nothing ends well without proof.
    #[must_use]
    pub fn refuses(&self, before: Option<&Self>) -> Option<&'static str> {
        if let Some(problem) = self.problem() {
            return Some(problem);
        }
        let Some(before) = before else {
            return (!matches!(self.phase, Phase::Running | Phase::Queued))
                .then_some("begins in a phase other than running");
        };
        if !self.is_what_was(before) || before.id != self.id || before.started != self.started {
            return Some("is another one: what a deployment does is frozen when it begins");
        }
        if before.phase.is_over() {
            return Some("is over");
        }
        if let Some(problem) = self.leaves_the_queue_wrongly(before) {
            return Some(problem);
        }
        if self.fence < before.fence {
            return Some("was taken over by another driver");
        }
        if !self.out.is_superset(&before.out) {
            return Some("brings back a candidate that was found to be worse");
        }
        if before.chosen.is_some() && before.chosen != self.chosen {
            return Some("goes on with another candidate than the one that was chosen");
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
        if let Some(problem) = self.wrong_candidates() {
            return Some(problem);
        }
        let shares = !self.weight.is_zero() || !self.shadow.is_zero() || self.is_experiment();
        if self.matched.is_some() && shares {
            return Some("gives runs for what they carry to a candidate that has others");
        }
        if self.phase == Phase::Queued && self.has_come_further() {
            return Some("waits for its turn, and has come further than that");
        }
        let proof = self.proven || self.waiver.is_some() || !self.plan.limits().evidence;
        (self.phase == Phase::Completed && !proof)
            .then_some("ends well without proof, and nobody has said why")
    }
}
