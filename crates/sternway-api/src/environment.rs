//! Environments, as they are shown.

use serde::Serialize;
use sternway_types::{
    Actor, Environment, EnvironmentId, Freeze, Plan, Reason, Revision, Timestamp,
};

use crate::LiveView;

/// A place where versions are live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentView {
    /// Its name.
    pub id: EnvironmentId,
    /// What it is for.
    pub description: String,
    /// How many people must agree before a version goes forward there.
    #[serde(skip_serializing_if = "is_none")]
    pub approvals: u8,
    /// That nothing goes forward there, if somebody said so; also once it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen: Option<FreezeView>,
    /// How a deployment goes there that does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<StepsView>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_none(approvals: &u8) -> bool {
    *approvals == 0
}

/// That nothing goes forward in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FreezeView {
    /// Who said so.
    pub by: Actor,
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub at: Timestamp,
    /// When it ends by itself, if it does.
    pub until: Option<Timestamp>,
}

impl From<&Freeze> for FreezeView {
    fn from(freeze: &Freeze) -> Self {
        let Freeze { by, reason, at, until } = freeze.clone();
        Self { by, reason, at, until }
    }
}

/// How a deployment goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepsView {
    /// How its steps were made.
    pub strategy: &'static str,
    /// The steps, in words.
    pub steps: Vec<String>,
}

impl From<&Plan> for StepsView {
    fn from(plan: &Plan) -> Self {
        let steps = plan.steps().iter().map(ToString::to_string).collect();
        Self { strategy: plan.strategy().as_str(), steps }
    }
}

impl From<&Environment> for EnvironmentView {
    fn from(environment: &Environment) -> Self {
        Self {
            id: environment.id.clone(),
            description: environment.description.clone(),
            approvals: environment.approvals,
            frozen: environment.frozen.as_ref().map(FreezeView::from),
            plan: environment.plan.as_deref().map(StepsView::from),
        }
    }
}

/// What creating an environment led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentCreatedView {
    /// The environment.
    #[serde(flatten)]
    pub environment: EnvironmentView,
    /// The revision that created it.
    pub revision: Revision,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// What changing an environment led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentChangedView {
    /// The environment as it is since.
    #[serde(flatten)]
    pub environment: EnvironmentView,
    /// The revision that changed it; nothing if it was so already.
    pub revision: Option<Revision>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// An environment, and what is live in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentDetailView {
    /// The environment.
    #[serde(flatten)]
    pub environment: EnvironmentView,
    /// What is live in it, by artifact.
    pub live: Vec<LiveView>,
}
