//! How far the logs of others were when a run failed, as it is stored.

use serde::{Deserialize, Serialize};
use sternway_types::{Generation, VersionNumber};

use super::Decoded;
use crate::{LogLength, Noted};

/// A version, a generation and how many outcomes there were, of each of the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredNoted(Vec<(u64, u64, u64)>);

impl StoredNoted {
    pub(in crate::kv) fn new(noted: &Noted) -> Self {
        let others = noted.others.iter();
        Self(others.map(|it| (it.version.get(), it.generation.get(), it.total)).collect())
    }

    pub(in crate::kv) fn into_noted(self, place: u64) -> Decoded<Noted> {
        let other = |(version, generation, total)| {
            let version = VersionNumber::new(version).ok_or("a version is 0")?;
            Ok(LogLength { version, generation: Generation::new(generation), total })
        };
        Ok(Noted { place, others: self.0.into_iter().map(other).collect::<Decoded<_>>()? })
    }
}
