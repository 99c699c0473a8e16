//! Reading records of one kind.

use sternway_store::Limit;
use sternway_types::{At, Record, RecordKey, RecordKind};

use crate::{Control, ControlError};

impl Control {
    /// One record, as its kind.
    pub(crate) async fn record_at<T>(
        &self,
        key: &RecordKey,
        kind: fn(Record) -> Option<T>,
    ) -> Result<Option<T>, ControlError> {
        let entry = self.store.record(&self.namespace, key, At::Head).await?;
        Ok(entry.and_then(|entry| entry.record).and_then(kind))
    }

    /// A page of the records of a kind, as their kind.
    pub(crate) async fn records<T>(
        &self,
        of: RecordKind,
        kind: fn(Record) -> Option<T>,
        after: Option<&str>,
        limit: Limit,
    ) -> Result<Vec<T>, ControlError> {
        let page = self.store.records(&self.namespace, of, "", At::Head, after, limit).await?;
        Ok(page.into_iter().filter_map(|entry| entry.record.and_then(kind)).collect())
    }

    /// Every record of a kind whose name begins with a prefix, as its kind.
    pub(crate) async fn all_records<T>(
        &self,
        of: RecordKind,
        kind: fn(Record) -> Option<T>,
        prefix: &str,
    ) -> Result<Vec<T>, ControlError> {
        let mut records = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self
                .store
                .records(&self.namespace, of, prefix, At::Head, after.as_deref(), Limit::MAX)
                .await?;
            let Some(last) = page.last() else { return Ok(records) };
            after = Some(last.key.name().to_owned());
            records.extend(page.into_iter().filter_map(|entry| entry.record.and_then(kind)));
        }
    }
}
