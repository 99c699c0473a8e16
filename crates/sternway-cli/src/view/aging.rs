//! Views of what gets worse or is not needed any more.

use sternway::{
    api::{AgingView, SignView},
    control::aging::Aging,
    policy::aging::Sign,
    types::{EnvironmentId, Severity},
};

/// A sign, and how grave it is.
pub(crate) fn sign(sign: &Sign, severity: Severity) -> SignView {
    SignView {
        sign: sign.as_str(),
        severity: severity.as_str(),
        rollback_recommended: sign.recommends_rollback(),
        description: sign.to_string(),
    }
}

/// What was found about what is live of an artifact.
pub(crate) fn aging(aging: &Aging, environment: &EnvironmentId) -> AgingView {
    AgingView {
        artifact: aging.version.artifact.clone(),
        environment: environment.clone(),
        version: aging.version.number,
        published_at: aging.version.at,
        live_since: aging.live_since,
        used_at: aging.used,
        severity: aging.findings.first().map(|gravest| gravest.severity.as_str()),
        signs: aging.findings.iter().map(|found| sign(&found.sign, found.severity)).collect(),
    }
}
