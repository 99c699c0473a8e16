//! What `sternway doctor` says of the routers in the settings.

use sternway::{
    api::{CheckupView, Health, RouteView},
    provider::RouterError,
    types::{ArtifactId, EnvironmentId, Route, Weight},
};

use super::doctor::ok;
use crate::{
    context::Context,
    format::{number::percent, visible},
    place,
    settings::routers::RouterSetting,
};

/// The name of these checks.
const NAME: &str = "router";

/// Asks each router of the namespace what it does. Nothing is changed.
pub(super) async fn checked(context: &Context) -> Vec<CheckupView> {
    let mut checks = Vec::new();
    let is_routed = context.is_routed(&place::find(context.place.as_ref()));
    for (name, setting) in context.own_routers() {
        if !is_routed {
            checks.push(CheckupView {
                name: NAME,
                health: Health::Warn,
                detail: format!("{name} is not told by commands that --store leads elsewhere"),
                help: Some("name the store in sternway.toml, or by STERNWAY_STORE".into()),
            });
        }
        checks.extend(of_router(name, setting).await);
    }
    checks
}

async fn of_router(name: &str, setting: &RouterSetting) -> Vec<CheckupView> {
    let router = setting.router();
    let mut checks = Vec::new();
    for artifact in &setting.artifacts {
        for environment in &setting.environments {
            let found = router.observe(artifact, environment).await;
            let away = matches!(found, Err(RouterError::Unreachable { .. }));
            checks.push(checkup(name, artifact, environment, found));
            // Whoever does not answer once is not waited for again.
            if away {
                return checks;
            }
        }
    }
    checks
}

fn checkup(
    name: &str,
    artifact: &ArtifactId,
    environment: &EnvironmentId,
    found: Result<Option<Route>, RouterError>,
) -> CheckupView {
    let bad = |health, detail: String, help: &str| CheckupView {
        name: NAME,
        health,
        detail: format!("{name}: {detail}"),
        help: Some(help.to_owned()),
    };
    match found {
        Ok(Some(route)) => ok(
            NAME,
            format!("{name}: {artifact} in {environment}: {}", shares(&RouteView::from(&route))),
        ),
        Ok(None) => bad(
            Health::Warn,
            format!("{artifact} in {environment} has no route: requests go to the default backend"),
            "sternway supervise has it do what the store wants",
        ),
        Err(err @ RouterError::Unreachable { .. }) => bad(
            Health::Fail,
            err.to_string(),
            "is it running, and may you use its socket? (stats socket … level admin)",
        ),
        Err(err) => bad(Health::Fail, err.to_string(), "docs/routers.md, \"Set up\""),
    }
}

/// The versions that get requests.
pub(super) fn shares(route: &RouteView) -> String {
    let running = route.arms.iter().filter(|arm| arm.weight > 0);
    let share = |weight: u16| percent(f64::from(weight) / f64::from(Weight::ALL.get()));
    let arms: Vec<_> =
        running.map(|arm| format!("{} {}", arm.version, share(arm.weight))).collect();
    let taken = route.withdrawal.as_ref().map(|it| {
        let why = visible::line(it.reason.as_str()).into_owned();
        format!(", taken from the candidates by {} at {}: {why}", it.by, it.at)
    });
    let taken = taken.unwrap_or_default();
    format!("{} (generation {}){taken}", arms.join(", "), route.generation)
}
