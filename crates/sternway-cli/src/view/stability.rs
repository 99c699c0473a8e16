//! Views of how steady versions were.

use sternway::{
    api::{StabilityView, StableVersionView},
    control::stability::{StableArtifact, StableVersion},
    types::{ArtifactId, EnvironmentId},
};

/// How steady the versions of an artifact were.
pub(crate) fn stability(
    artifact: &ArtifactId,
    environment: &EnvironmentId,
    found: &StableArtifact,
) -> StabilityView {
    let rates = || found.versions.iter().filter_map(|version| version.success.mean());
    StabilityView {
        artifact: artifact.clone(),
        environment: environment.clone(),
        live: found.live,
        latest: found.latest,
        stays: found.stays,
        rollbacks: found.rollbacks,
        rollback_ratio: found.rollback_rate(),
        best_success_ratio: rates().max_by(f64::total_cmp),
        worst_success_ratio: rates().min_by(f64::total_cmp),
        versions: found.versions.iter().map(version).collect(),
        older_left_out: found.older_left_out,
    }
}

fn version(version: &StableVersion) -> StableVersionView {
    StableVersionView {
        version: version.version,
        stability: version.stability.as_str(),
        stays: version.stays,
        rollbacks: version.rollbacks,
        live_seconds: version.live_for.as_secs(),
        runs: version.success.samples,
        success_ratio: version.success.mean(),
        success_ratio_change: version.success_change,
    }
}
