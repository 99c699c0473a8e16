//! Environments, as they are shown.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sternway_types::{
    Actor, Environment, EnvironmentId, Freeze, FreezeWindow, Plan, Reason, Revision, RoleId,
    Timestamp, WindowId,
};

use crate::{EnvironmentHealthView, LiveView};

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
    /// Who may fill the roles that some of them must fill.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub approvers: BTreeMap<RoleId, BTreeSet<Actor>>,
    /// How old an approval may be when a candidate gets its first runs, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approvals_expire: Option<u64>,
    /// That nothing goes forward there, if somebody said so; also once it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen: Option<FreezeView>,
    /// When nothing goes forward there by the calendar.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowView>,
    /// Those of them that channels were told to be open.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub opened: BTreeSet<WindowId>,
    /// How a deployment goes there that does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<StepsView>,
    /// How well it is, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<EnvironmentHealthView>,
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
        // Who does it by hand names no window.
        let Freeze { by, reason, at, until, window: _ } = freeze.clone();
        Self { by, reason, at, until }
    }
}

/// A window of the calendar in which nothing goes forward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WindowView {
    /// What it is called.
    pub name: WindowId,
    /// All of it, as people write it.
    pub window: String,
    /// When it closes, if it was open at the moment that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes: Option<Timestamp>,
    /// When it opens next after that moment, if it does within about 8 years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<Timestamp>,
}

impl WindowView {
    fn new(window: &FreezeWindow, at: Option<Timestamp>) -> Self {
        let closes = at.and_then(|at| window.open_at(at)).map(|open| open.closes);
        let opens = at.and_then(|at| window.opens_next(at)).map(|next| next.opens);
        Self { name: window.name().clone(), window: window.to_string(), closes, opens }
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

impl EnvironmentView {
    /// An environment, with what its windows are at a moment.
    #[must_use]
    pub fn at(environment: &Environment, at: Timestamp) -> Self {
        let windows = environment.windows.iter().map(|it| WindowView::new(it, Some(at))).collect();
        Self { windows, ..environment.into() }
    }

    /// The same, with how well it is.
    #[must_use]
    pub fn with_health(self, health: EnvironmentHealthView) -> Self {
        Self { health: Some(health), ..self }
    }
}

impl From<&Environment> for EnvironmentView {
    fn from(environment: &Environment) -> Self {
        Self {
            id: environment.id.clone(),
            description: environment.description.clone(),
            approvals: environment.approvals,
            approvers: approvers(environment),
            approvals_expire: environment.approvals_expire.map(|length| length.as_secs()),
            frozen: environment.frozen.as_ref().map(FreezeView::from),
            windows: environment.windows.iter().map(|it| WindowView::new(it, None)).collect(),
            opened: environment.opened.clone(),
            plan: environment.plan.as_deref().map(StepsView::from),
            health: None,
        }
    }
}

fn approvers(environment: &Environment) -> BTreeMap<RoleId, BTreeSet<Actor>> {
    let roles = environment.approvers.iter();
    roles.map(|(role, people)| (role.clone(), people.clone())).collect()
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
