//! Deployments and routes, as they are shown.

use serde::Serialize;
use sternway_types::{
    Actor, Approval, Arm, ArtifactId, Deployment, DeploymentId, Digest, EnvironmentId, Generation,
    Member, Objection, Pause, Phase, Reason, Route, Step, Timestamp, VersionNumber, Waiver,
};

use crate::{CauseView, MatchedView, RollbackView, WithdrawalView};

/// One of the artifacts that a deployment moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberView {
    /// Which artifact.
    pub artifact: ArtifactId,
    /// What was live when it began.
    pub from: VersionNumber,
    /// The candidate; of an experiment the one that was chosen, or until then the first.
    pub to: VersionNumber,
    /// Every candidate of an experiment; nothing where there is one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<CandidateView>,
    /// The generation of the pointer since the last step that moved it.
    pub generation: Generation,
}

impl MemberView {
    pub(crate) fn of(deployment: &Deployment, member: &Member) -> Self {
        let candidates = member.candidates().filter(|_| deployment.is_experiment());
        Self {
            artifact: member.artifact.clone(),
            from: member.from,
            to: deployment.candidate_of(member),
            candidates: candidates.map(|it| CandidateView::of(deployment, member, it)).collect(),
            generation: member.generation(),
        }
    }
}

/// One of several candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CandidateView {
    /// Which version.
    pub version: VersionNumber,
    /// Its share, in basis points of 10,000.
    pub weight: u16,
    /// `running`, `out` since it was found to be worse, or `chosen` to go live.
    pub state: &'static str,
}

impl CandidateView {
    fn of(deployment: &Deployment, member: &Member, version: VersionNumber) -> Self {
        let place = member.place_of(version);
        let arms = deployment.arms_of(member);
        let arm = arms.iter().find(|arm| arm.version == version);
        let state = match place {
            Some(place) if deployment.out.contains(&place) => "out",
            Some(_) if deployment.chosen == place => "chosen",
            Some(_) | None => "running",
        };
        Self { version, weight: arm.map_or(0, |arm| arm.weight.get()), state }
    }
}

/// The consent of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApprovalView {
    /// Who.
    pub by: Actor,
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
}

impl From<&Approval> for ApprovalView {
    fn from(approval: &Approval) -> Self {
        Self { by: approval.by.clone(), reason: approval.reason.clone(), at: approval.at }
    }
}

/// That somebody who was asked does not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectionView {
    /// Who.
    pub by: Actor,
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
}

impl From<&Objection> for ObjectionView {
    fn from(objection: &Objection) -> Self {
        Self { by: objection.by.clone(), reason: objection.reason.clone(), at: objection.at }
    }
}

/// Why a deployment may end well without proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaiverView {
    /// Who said so.
    pub by: Actor,
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
}

impl From<&Waiver> for WaiverView {
    fn from(waiver: &Waiver) -> Self {
        Self { by: waiver.by.clone(), reason: waiver.reason.clone(), at: waiver.at }
    }
}

/// A deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeploymentView {
    /// Its name.
    pub id: DeploymentId,
    /// Where.
    pub environment: EnvironmentId,
    /// What moves.
    pub members: Vec<MemberView>,
    /// `queued`, `awaiting_approval`, `awaiting_choice`, `progressing`, `paused`, `promoting`, `baking`, `rolling_back`,
    /// `completed`, `rolled_back`, `superseded`, `rejected` or `halted`.
    pub state: &'static str,
    /// The deployments that come before it, if it waits for its turn; the one that is under way first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub behind: Vec<DeploymentId>,
    /// How its steps were made.
    pub strategy: &'static str,
    /// The steps, in words.
    pub steps: Vec<String>,
    /// Which step it is in, from 1; one more than there are once all are done.
    pub step: usize,
    /// The share of the candidates, in basis points of 10,000.
    pub weight: u16,
    /// Of which share they get copies, in basis points.
    #[serde(skip_serializing_if = "is_none")]
    pub shadow: u16,
    /// What a run carries that is theirs for that, such as `x-preview=yes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched: Option<String>,
    /// Whether the routers were seen to do so.
    pub routed: bool,
    /// Why it goes no further for now: `asked`, `deadline`, `unrouted`, `frozen`, `unmet`,
    /// `rejected`, `expired`.
    pub pauses: Vec<&'static str>,
    /// Whether the step waits for outcomes that do not come.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub starved: bool,
    /// Who agreed.
    pub approvals: Vec<ApprovalView>,
    /// Who said no, and did not take that back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objections: Vec<ObjectionView>,
    /// Why it may end without proof, if it may.
    pub waiver: Option<WaiverView>,
    /// Whether the candidates were proven.
    pub proven: bool,
    /// Why it went back, or ended.
    pub cause: Option<CauseView>,
    /// Who began it.
    pub by: Actor,
    /// Why.
    pub reason: Reason,
    /// When.
    pub started: Timestamp,
    /// Since when it is in this step, or where it ended.
    pub since: Timestamp,
    /// What people agree to.
    pub digest: Digest,
}

impl DeploymentView {
    /// The same, behind these deployments.
    #[must_use]
    pub fn behind(self, behind: Vec<DeploymentId>) -> Self {
        Self { behind, ..self }
    }
}

impl From<&Deployment> for DeploymentView {
    fn from(deployment: &Deployment) -> Self {
        let (plan, members) = (&deployment.plan, deployment.members.iter());
        Self {
            id: deployment.id,
            environment: deployment.environment.clone(),
            members: members.map(|member| MemberView::of(deployment, member)).collect(),
            state: state(deployment),
            behind: Vec::new(),
            strategy: plan.strategy().as_str(),
            steps: plan.steps().iter().map(ToString::to_string).collect(),
            step: usize::from(deployment.step) + 1,
            weight: deployment.weight.get(),
            shadow: deployment.shadow.get(),
            matched: deployment.matched.as_ref().map(ToString::to_string),
            routed: deployment.routed,
            pauses: deployment.pauses.iter().copied().map(Pause::as_str).collect(),
            starved: deployment.starved,
            approvals: deployment.approvals.iter().map(Into::into).collect(),
            objections: deployment.objections.iter().map(Into::into).collect(),
            waiver: deployment.waiver.as_ref().map(Into::into),
            proven: deployment.proven,
            cause: deployment.cause.as_ref().map(Into::into),
            by: deployment.by.clone(),
            reason: deployment.reason.clone(),
            started: deployment.started,
            since: deployment.since,
            digest: deployment.digest(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_none(share: &u16) -> bool {
    *share == 0
}

/// The word for where a deployment is.
fn state(deployment: &Deployment) -> &'static str {
    if deployment.phase != Phase::Running {
        return deployment.phase.as_str();
    }
    if !deployment.pauses.is_empty() {
        return "paused";
    }
    match deployment.current() {
        Some(Step::Pause) => "paused",
        Some(Step::Shadow(_) | Step::HeaderRoute(_) | Step::Split(_) | Step::After(_)) => {
            "progressing"
        }
        Some(Step::Choose) => "awaiting_choice",
        Some(Step::Approve { .. }) => "awaiting_approval",
        Some(Step::GoLive) => "promoting",
        Some(Step::SetWeight(_) | Step::Analyze(_) | Step::Probe(_)) if !deployment.is_live() => {
            "progressing"
        }
        Some(Step::SetWeight(_) | Step::Analyze(_) | Step::Probe(_) | Step::Bake(_)) | None => {
            "baking"
        }
    }
}

/// A deployment that was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeploymentBackView {
    /// The deployment as it is since. One that ended well stays as it ended.
    pub deployment: DeploymentView,
    /// What came back, if the deployment had ended; empty if it was aborted, and goes back by itself.
    pub moved: Vec<RollbackView>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// Who agreed, and to what: a deployment's plan as it is before it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanView {
    /// Where.
    pub environment: EnvironmentId,
    /// What would move.
    pub members: Vec<MemberView>,
    /// How its steps were made.
    pub strategy: &'static str,
    /// The steps, in words.
    pub steps: Vec<String>,
    /// What people would agree to.
    pub digest: Digest,
}

impl From<&Deployment> for PlanView {
    fn from(deployment: &Deployment) -> Self {
        let DeploymentView { environment, members, strategy, steps, digest, .. } =
            deployment.into();
        Self { environment, members, strategy, steps, digest }
    }
}

/// One of the versions that share the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ArmView {
    /// Which.
    pub version: VersionNumber,
    /// Its share, in basis points of 10,000.
    pub weight: u16,
}

impl From<&Arm> for ArmView {
    fn from(arm: &Arm) -> Self {
        Self { version: arm.version, weight: arm.weight.get() }
    }
}

/// Which version gets which share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteView {
    /// Whose versions.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// The generation of the pointer.
    pub generation: Generation,
    /// The versions, the live one first.
    pub arms: Vec<ArmView>,
    /// The candidate that gets copies of runs, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<ArmView>,
    /// The candidate that gets the runs that match, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched: Option<MatchedView>,
    /// Whose step it is.
    pub deployment: Option<DeploymentId>,
    /// The deployments that wait for their turn, the next one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub queue: Vec<DeploymentId>,
    /// When and why a router took the requests from candidates, if it did so while the store was away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<WithdrawalView>,
}

impl From<&Route> for RouteView {
    fn from(route: &Route) -> Self {
        Self {
            artifact: route.artifact().clone(),
            environment: route.environment().clone(),
            generation: route.generation(),
            arms: route.arms().iter().map(Into::into).collect(),
            shadow: route.shadow().as_ref().map(Into::into),
            matched: route.matched().map(Into::into),
            deployment: route.deployment(),
            queue: route.queue().to_vec(),
            withdrawal: route.withdrawal().map(Into::into),
        }
    }
}
