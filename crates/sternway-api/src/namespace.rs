//! Namespaces, as they are shown.

use serde::Serialize;
use sternway_types::{Digest, EnvironmentId, NamespaceId, Revision, Timestamp};

/// A tenant or project: the unit of order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamespaceView {
    /// Its name.
    pub id: NamespaceId,
    /// Its newest revision.
    pub revision: Revision,
    /// When that was committed.
    pub changed_at: Timestamp,
}

/// What creating a namespace led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamespaceCreatedView {
    /// Its name.
    pub id: NamespaceId,
    /// Whether it was made now, and not there already.
    pub created: bool,
    /// Whether nothing was written.
    pub dry_run: bool,
}

/// A namespace, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamespaceDetailView {
    /// The namespace.
    #[serde(flatten)]
    pub namespace: NamespaceView,
    /// The chain up to its newest revision.
    pub chain: Digest,
    /// Where an artifact's first version goes live by itself.
    pub default_environment: EnvironmentId,
    /// Its environments, by name.
    pub environments: Vec<EnvironmentId>,
}
