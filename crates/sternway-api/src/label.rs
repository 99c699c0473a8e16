//! What labelling led to, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, LabelId, Revision, VersionNumber};

/// What setting or taking away a label led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LabelView {
    /// Whose label.
    pub artifact: ArtifactId,
    /// Its name.
    pub label: LabelId,
    /// The version it names now; nothing after it was taken away.
    pub version: Option<VersionNumber>,
    /// The revision that moved it; nothing if it was there already.
    pub revision: Option<Revision>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
