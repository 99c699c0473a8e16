//! A version, as it is shown.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use sternway_types::{
    Actor, ArtifactId, EnvironmentId, Generation, Revision, Timestamp, Version, VersionNumber,
};

use crate::{
    AttestationView, BodyView, CondemnationView, ContentView, LatchView, PointerView, TallyView,
    TreeView,
};

/// A version, without its bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VersionView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Its number.
    pub version: VersionNumber,
    /// Its content.
    pub content: ContentView,
    /// What it was made from.
    pub parents: Vec<VersionNumber>,
    /// Who wrote it.
    pub author: Actor,
    /// When it was written.
    pub authored_at: Timestamp,
    /// Why it was published.
    pub reason: String,
    /// What changed, for readers.
    pub changelog: String,
    /// Its semantic version, if the artifact uses them.
    pub semver: Option<String>,
    /// Facts of the user's own.
    pub metadata: BTreeMap<String, Value>,
    /// The artifacts that it needs to run.
    pub depends_on: BTreeSet<ArtifactId>,
    /// When it was committed.
    pub created_at: Timestamp,
    /// The same in seconds since 1970.
    pub created_at_unix: f64,
    /// The revision that added it.
    pub revision: Revision,
}

impl From<&Version> for VersionView {
    fn from(version: &Version) -> Self {
        Self {
            artifact: version.artifact.clone(),
            version: version.number,
            content: (&version.content).into(),
            parents: version.parents.clone(),
            author: version.author.clone(),
            authored_at: version.authored_at,
            reason: version.reason.to_string(),
            changelog: version.changelog.to_string(),
            semver: version.semver.as_ref().map(ToString::to_string),
            metadata: version.metadata.members().clone(),
            depends_on: version.depends_on.clone(),
            created_at: version.at,
            created_at_unix: version.at.as_unix_seconds(),
            revision: version.revision,
        }
    }
}

/// A version in a list, and how it stands in the environment that was asked about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HistoryEntryView {
    /// The version.
    #[serde(flatten)]
    pub version: VersionView,
    /// `live`, `staged`, `condemned` or `old`.
    pub state: &'static str,
    /// Why it may not go live by itself, if it may not.
    pub condemned: Option<CondemnationView>,
    /// The labels that name it.
    pub labels: Vec<String>,
    /// How its runs went; nothing if it was never live.
    pub tally: Option<TallyView>,
}

/// One stay of a version in an environment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StayView {
    /// Where it was live.
    pub environment: EnvironmentId,
    /// The generation of the pointer while it was.
    pub generation: Generation,
    /// Since when.
    pub since: Timestamp,
    /// Until when; nothing while it still is.
    pub until: Option<Timestamp>,
    /// Whether it still is.
    pub is_live: bool,
    /// How its runs went.
    pub tally: TallyView,
    /// The verdict that was latched on it, if one was.
    pub latch: Option<LatchView>,
}

/// The artifacts whose newest version depends on another artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DependentsView {
    /// The first of them, by name.
    pub items: Vec<ArtifactId>,
    /// Whether there are more.
    pub has_more: bool,
}

/// A version with everything that is known about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VersionDetailView {
    /// The version.
    #[serde(flatten)]
    pub version: VersionView,
    /// The environments and labels that name it.
    pub pointers: Vec<PointerView>,
    /// Where its content is condemned.
    pub condemnations: Vec<CondemnationView>,
    /// What was found out about it.
    pub attestations: Vec<AttestationView>,
    /// What depends on the artifact, by name.
    pub dependents: DependentsView,
    /// Its newest stays in the environment that was asked about, newest first.
    pub stays: Vec<StayView>,
    /// What is in it, if it is a folder.
    pub tree: Option<TreeView>,
    /// The bytes, if they were asked for.
    pub body: Option<BodyView>,
}
