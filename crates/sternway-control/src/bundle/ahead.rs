//! Reads contents before they are asked for, several at the same time.

use std::{collections::HashMap, sync::Arc};

use sternway_store::{Store, StoreError};
use sternway_types::{Content, ContentRef, Digest};
use tokio::task::JoinSet;

use super::lost;
use crate::ControlError;

/// How many contents are read at the same time.
const READS: usize = 3;

type Read = Result<Option<Content>, StoreError>;

/// The contents that are being read.
pub(super) struct ReadAhead {
    store: Arc<dyn Store>,
    reading: JoinSet<(Digest, Read)>,
    /// Those that were asked for; those among them that were read.
    reads: HashMap<Digest, Option<Read>>,
}

impl ReadAhead {
    pub(super) fn new(store: &Arc<dyn Store>) -> Self {
        Self { store: Arc::clone(store), reading: JoinSet::new(), reads: HashMap::new() }
    }

    /// A content, while the ones that come after it are being read.
    pub(super) async fn content(
        &mut self,
        content: &ContentRef,
        next: impl Iterator<Item = &ContentRef>,
    ) -> Result<Content, ControlError> {
        self.ask(content);
        for next in next.take(READS - 1) {
            if self.reads.len() < READS {
                self.ask(next);
            }
        }
        let missing = || StoreError::Corrupt {
            place: format!("content {}", content.digest),
            detail: "it is missing".into(),
        };
        loop {
            if let Some(Some(_)) = self.reads.get(&content.digest)
                && let Some(Some(read)) = self.reads.remove(&content.digest)
            {
                return Ok(read?.ok_or_else(missing)?);
            }
            let Some(read) = self.reading.join_next().await else { return Err(missing().into()) };
            let (digest, read) = read.map_err(lost)?;
            self.reads.insert(digest, Some(read));
        }
    }

    fn ask(&mut self, content: &ContentRef) {
        if self.reads.contains_key(&content.digest) {
            return;
        }
        self.reads.insert(content.digest, None);
        let (store, content) = (Arc::clone(&self.store), content.clone());
        let digest = content.digest;
        self.reading.spawn(async move { (digest, store.content(&content).await) });
    }
}
