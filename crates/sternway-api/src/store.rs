//! A store, as it is shown.

use serde::Serialize;
use sternway_types::NamespaceId;

/// A store, and whether it is new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoreView {
    /// Where it is.
    pub store: String,
    /// The namespace in it.
    pub namespace: NamespaceId,
    /// Whether it was made just now.
    pub created: bool,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
