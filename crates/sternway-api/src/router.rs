//! Routers of the settings, as they are shown.

use std::collections::BTreeSet;

use serde::Serialize;
use sternway_types::{
    Actor, ArtifactId, EnvironmentId, NamespaceId, Reason, Route, Timestamp, VersionNumber,
    Withdrawal,
};

use crate::RouteView;

/// That requests were taken from candidates while the store was away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WithdrawalView {
    /// When.
    pub at: Timestamp,
    /// Who did so.
    pub by: Actor,
    /// Why.
    pub reason: Reason,
}

impl From<&Withdrawal> for WithdrawalView {
    fn from(Withdrawal { at, by, reason, .. }: &Withdrawal) -> Self {
        Self { at: *at, by: by.clone(), reason: reason.clone() }
    }
}

/// What became of the requests of the candidates of one artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WithdrewView {
    /// They were taken from them, or would be.
    Withdrawn,
    /// They had been taken from them before.
    Before,
    /// No candidate gets any.
    NothingToTake,
    /// Nobody knows, or it cannot.
    Unknown,
}

/// A router that was to take the requests from the candidates of one artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WithdrawnView {
    /// Whose requests.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// What became of it.
    pub outcome: WithdrewView,
    /// The version that gets all requests, if it is known.
    pub version: Option<VersionNumber>,
    /// The route before; with the withdrawal, if they had been taken before.
    pub route: Option<RouteView>,
    /// Why nobody knows, if the router did not answer, or cannot.
    pub problem: Option<String>,
}

/// What a router was asked to take from candidates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouterWithdrawnView {
    /// What it is called in the settings.
    pub router: String,
    /// What became of it, artifact by artifact.
    pub artifacts: Vec<WithdrawnView>,
    /// Whether nothing was done.
    pub dry_run: bool,
}

/// What a router is able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is something that it can do or not")]
pub struct CapabilitiesView {
    /// The finest share, in basis points of 10,000.
    pub grain: u16,
    /// Whether each request is given to a version by chance, and not in turns.
    pub random_per_request: bool,
    /// Whether a key can be given to the same version again and again.
    pub sticky: bool,
    /// The most versions that share the requests.
    pub arms: usize,
    /// Whether it gives a version copies of requests.
    pub shadows: bool,
    /// Whether it gives requests to a version by a header that they carry.
    pub header: bool,
    /// Whether it still knows its routes after it was started again.
    pub survives_restart: bool,
}

/// A router of the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouterView {
    /// What it is called there.
    pub name: String,
    /// What it is: `haproxy`.
    pub kind: &'static str,
    /// Where it is.
    pub address: String,
    /// Whose requests it shares out.
    pub artifacts: BTreeSet<ArtifactId>,
    /// In which environments.
    pub environments: BTreeSet<EnvironmentId>,
    /// In which namespace.
    pub namespace: NamespaceId,
    /// Where it was set: a file, and a line.
    pub origin: String,
    /// Whether commands like this one tell it: not if they name another store than the settings do.
    pub told: bool,
    /// What it is able to do.
    pub capabilities: CapabilitiesView,
}

/// How what a router does compares with what the store wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepView {
    /// It shares the requests out as the store wants, or has nothing to do where nothing is live.
    InStep,
    /// It has no route, such as after it was started again: requests go where its own configuration says.
    Forgot,
    /// It has an older route.
    Behind,
    /// It has a newer route than this store, or one where nothing is live: another store tells it.
    Ahead,
    /// It has another route of the same generation.
    Differs,
    /// Requests were taken from candidates while the store was away, and that is not written down yet.
    Withdrawn,
    /// It did not answer, or not as it should.
    Away,
}

impl StepView {
    /// What it is, from what was seen and what is wanted. The name of a deployment that is over makes no
    /// difference: the requests go the same way.
    #[must_use]
    pub fn of(observed: Option<&Route>, wanted: Option<&Route>) -> Self {
        match (observed, wanted) {
            (None, None) => Self::InStep,
            (None, Some(_)) => Self::Forgot,
            (Some(_), None) => Self::Ahead,
            (Some(observed), Some(wanted)) if wanted.revives(observed) => Self::Withdrawn,
            (Some(observed), Some(wanted)) if observed.generation() < wanted.generation() => {
                Self::Behind
            }
            (Some(observed), Some(wanted)) if observed.generation() > wanted.generation() => {
                Self::Ahead
            }
            (Some(observed), Some(wanted)) => {
                let same = observed.arms() == wanted.arms()
                    && observed.shadow() == wanted.shadow()
                    && observed.matched() == wanted.matched();
                if same { Self::InStep } else { Self::Differs }
            }
        }
    }

    /// The words for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InStep => "in step",
            Self::Forgot => "forgot",
            Self::Behind => "behind",
            Self::Ahead => "ahead",
            Self::Differs => "differs",
            Self::Withdrawn => "withdrawn",
            Self::Away => "away",
        }
    }
}

/// What a router does with the requests of one artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoutedView {
    /// Whose requests.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// How it compares with what the store wants.
    pub state: StepView,
    /// What the router answered, if it has a route.
    pub observed: Option<RouteView>,
    /// What the store wants, if something is live.
    pub wanted: Option<RouteView>,
    /// Why nothing is known, if the router did not answer.
    pub problem: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
}

/// A router, and what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouterDetailView {
    /// The router.
    pub router: RouterView,
    /// What it does, artifact by artifact.
    pub routes: Vec<RoutedView>,
}

#[cfg(test)]
mod tests {
    use sternway_types::{Arm, DeploymentId, Generation, Weight};

    use super::*;

    fn route(generation: u64, candidate: u32) -> Route {
        let arms = vec![
            Arm { version: VersionNumber::FIRST, weight: Weight::new(10_000 - candidate).unwrap() },
            Arm { version: VersionNumber::FIRST.next(), weight: Weight::new(candidate).unwrap() },
        ];
        let (artifact, environment) =
            ("tools/search".parse().unwrap(), EnvironmentId::production());
        Route::new(artifact, environment, Generation::new(generation), arms).unwrap()
    }

    #[test]
    fn a_router_is_in_step_if_requests_go_as_the_store_wants() {
        use StepView as S;
        let wanted = route(7, 500);
        let named = wanted.clone().of_deployment(DeploymentId::from_name("one"));
        let of = |observed: Option<&Route>| S::of(observed, Some(&wanted));
        assert_eq!(
            [of(Some(&wanted)), of(Some(&named)), of(None)],
            [S::InStep, S::InStep, S::Forgot]
        );
        assert_eq!(of(Some(&route(6, 500))), S::Behind);
        assert_eq!(of(Some(&route(8, 500))), S::Ahead);
        assert_eq!(of(Some(&route(7, 600))), S::Differs);
        let taken = Withdrawal::new(Timestamp::EPOCH, Actor::sternway(), "red", true).unwrap();
        let withdrawn = wanted.clone().withdrawn(VersionNumber::FIRST, taken);
        assert_eq!(of(Some(&withdrawn)), S::Withdrawn);
        assert_eq!(S::of(Some(&withdrawn), Some(&route(8, 0))), S::Behind, "it went back");
        assert_eq!([S::of(None, None), S::of(Some(&wanted), None)], [S::InStep, S::Ahead]);
    }
}
