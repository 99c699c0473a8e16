//! Everything that is written as one word: ids, references, selectors, digests, times.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

use sternway::types::{
    Actor, ArtifactId, ChangesetId, CollectionId, Digest, DigestPrefix, EnvironmentId, ErrorClass,
    LabelId, Language, MediaType, NamespaceId, OutcomeId, PolicyScope, Reason, Reference, Selector,
    Timestamp, VersionNumber,
};

/// What is parsed is shown as something that parses to the same.
///
/// # Panics
///
/// If that is not so.
pub fn names(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    again::<NamespaceId>(text);
    again::<ArtifactId>(text);
    again::<CollectionId>(text);
    again::<EnvironmentId>(text);
    again::<LabelId>(text);
    again::<ChangesetId>(text);
    again::<OutcomeId>(text);
    again::<Digest>(text);
    again::<DigestPrefix>(text);
    again::<VersionNumber>(text);
    again::<Timestamp>(text);
    again::<Actor>(text);
    again::<ErrorClass>(text);
    again::<Language>(text);
    again::<MediaType>(text);
    again::<PolicyScope>(text);
    again::<Reason>(text);
    again::<Selector>(text);
    again::<Reference>(text);
}

fn again<T: FromStr + Display + Debug + PartialEq>(text: &str) {
    let Ok(parsed) = text.parse::<T>() else { return };
    let shown = parsed.to_string();
    let again = shown.parse::<T>().ok();
    assert_eq!(again.as_ref(), Some(&parsed), "{text:?} is shown as {shown:?}");
}
