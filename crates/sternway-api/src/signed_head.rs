//! Signed heads, as they are shown.

use serde::Serialize;
use sternway_types::{Digest, NamespaceId, Revision};

/// A key for signed heads that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeadKeyView {
    /// The key that tells its signatures from others: no secret.
    pub verifier: String,
    /// The file that the signing key was written to.
    pub file: String,
}

/// A head that was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedHeadView {
    /// Which namespace.
    pub namespace: NamespaceId,
    /// Its newest revision.
    pub revision: Revision,
    /// The chain up to there.
    pub chain: Digest,
    /// The signed note.
    pub note: String,
}
