//! What a version is held against, as it stood when the version was first judged.

use serde::{Deserialize, Serialize};

use crate::{ArtifactId, EnvironmentId, ErrorClasses, Generation, Quantiles, VersionNumber};

/// What was measured of the last known good version until another version's stay was first judged.
///
/// It never changes: what the older version does later, in whatever process, does not change what
/// the younger one is held against, so that everybody comes to the same verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenBaseline {
    /// Whose versions.
    pub artifact: ArtifactId,
    /// Where they are live.
    pub environment: EnvironmentId,
    /// The generation of the pointer during the stay that is judged.
    pub generation: Generation,
    /// The version that is judged.
    pub candidate: VersionNumber,
    /// The last known good version.
    pub version: VersionNumber,
    /// How many of its runs succeeded, over its newest stays.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// With which errors.
    #[serde(default, skip_serializing_if = "ErrorClasses::is_empty")]
    pub errors: ErrorClasses,
    /// How long they took and what they cost, if that was measured.
    #[serde(default, skip_serializing_if = "Quantiles::is_empty")]
    pub quantiles: Quantiles,
}

impl FrozenBaseline {
    /// How many runs ended, as far as is known.
    #[must_use]
    pub const fn known(&self) -> u64 {
        self.succeeded.saturating_add(self.failed)
    }
}
