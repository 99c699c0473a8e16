//! Takes the requests from candidates by what the router itself says, without any store.

use sternway_types::{ArtifactId, EnvironmentId, Generation, Route, VersionNumber, Withdrawal};

use crate::{RouterError, TrafficRouter};

/// From which route of a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FromRoute {
    /// Whichever it has.
    Any,
    /// The one of this generation alone: somebody decided about that one.
    Of(Generation),
}

/// What became of the requests of candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrew {
    /// They were taken from them: the route before.
    Now(Route),
    /// They had been taken from them before: the route with that withdrawal.
    Before(Route),
    /// No other version gets any: its route, if it has one.
    NothingToTake(Option<Route>),
    /// It has a route of another generation than the one that was asked for.
    MovedOn(Route),
}

/// The version that gets all requests if they are taken from the others, in a router's route; nothing if no other
/// gets any. It is the live one. Where that is a candidate, and this version was before it, it is that one.
#[must_use]
pub fn left_with(found: &Route, before: Option<VersionNumber>) -> Option<VersionNumber> {
    let live = found.live().version;
    let is_live = found.deployment().is_some() && !found.runs_any_but(live);
    let to = before.filter(|_| is_live).unwrap_or(live);
    found.runs_any_but(to).then_some(to)
}

/// Has a router send all requests to the live version of its route, and none to candidates, until the deployment
/// went back. Where a candidate is live already, and this version was before it, that one gets them. It asks the
/// router for its route, and reads back. Of what is no step of a deployment nobody would ever write that down:
/// then only candidates lose requests.
///
/// # Errors
///
/// [`RouterError::Unreachable`] if nobody knows whether it does, and [`RouterError::Unable`] if it cannot.
pub async fn withdraw(
    router: &dyn TrafficRouter,
    (artifact, environment): (&ArtifactId, &EnvironmentId),
    from: FromRoute,
    before: Option<VersionNumber>,
    withdrawal: &Withdrawal,
) -> Result<Withdrew, RouterError> {
    let mut told: Option<Route> = None;
    loop {
        let Some(found) = router.observe(artifact, environment).await? else {
            return Ok(Withdrew::NothingToTake(None));
        };
        let generation = found.generation();
        if matches!(from, FromRoute::Of(asked) if asked != generation) {
            return Ok(Withdrew::MovedOn(found));
        }
        if found.withdrawal().is_some() {
            let ours = told.filter(|_| found.withdrawal() == Some(withdrawal));
            return Ok(ours.map_or(Withdrew::Before(found), Withdrew::Now));
        }
        let Some(to) = left_with(&found, before) else {
            return Ok(Withdrew::NothingToTake(Some(found)));
        };
        if told.is_some_and(|told| told == found) {
            let problem = format!("it was told to give {to} all requests, and goes on as before");
            return Err(RouterError::Unreachable { problem });
        }
        match router.apply(&found.clone().withdrawn(to, withdrawal.clone())).await {
            // Somebody moved it just now: what it has since may have candidates as well.
            Ok(()) | Err(RouterError::Older { .. }) => told = Some(found),
            Err(err) => return Err(err),
        }
    }
}
