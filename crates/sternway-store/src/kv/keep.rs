//! What keeps a store as it should be: checking it, letting go of its past, and giving room back.

use std::sync::Arc;

use sternway_types::{NamespaceId, Revision};

use super::{
    answer::Answer,
    compact,
    group::{Group, Shared},
    handle::KvStore,
    verify, verify_chain,
};
use crate::{Cause, Compaction, Report, Shrunk, StoreError};

impl KvStore {
    /// Compacts step by step. Each is decided on a view and put into a batch like a changeset, so that
    /// writers go on between them.
    pub(super) async fn let_go(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError> {
        let _turn = self.compacting.acquire().await.map_err(|_| StoreError::Closed)?;
        let mut done = Compaction::default();
        loop {
            let view = self.view().await?;
            let from = compact::begin(&view, namespace)?;
            done.floor = from.floor();
            let Some(step) = compact::next(&view, namespace, &from, before)? else {
                return Ok(done);
            };
            // Nobody holds a view while waiting.
            drop(view);
            // A caller that went away may have left a step that is not durable yet: look again.
            if self.decide(|staging| step.apply(staging), Answer::Compact).await? {
                done.add(&step.gone);
            }
        }
    }

    pub(super) async fn rehearse_letting_go(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError> {
        let mut from = compact::begin(self.view().await?.as_ref(), namespace)?;
        let mut gone = Compaction { floor: from.floor(), ..Compaction::default() };
        // A view for each step, so that none is held for long.
        while let Some(step) = compact::next(self.view().await?.as_ref(), namespace, &from, before)?
        {
            gone.add(&step.gone);
            from = step.into_after();
            tokio::task::yield_now().await;
        }
        Ok(gone)
    }

    pub(super) async fn give_room_back(&self) -> Result<Shrunk, StoreError> {
        let shrunk = {
            let mut stage = self.stage.lock().await;
            let group = self.group()?;
            let shrunk = stage.ask_to_shrink()?;
            drop(stage);
            group.wake();
            shrunk
        };
        Ok(shrunk.await.map_err(|_| StoreError::Closed)??)
    }

    pub(super) async fn check_chain(&self) -> Result<Report, StoreError> {
        // What waits to be written is part of it.
        self.decide(|_| Ok(()), Answer::Flush).await?;
        let view = self.view().await?;
        let check = move || verify_chain::verify_chain(view.snapshot.as_ref());
        tokio::task::spawn_blocking(check)
            .await
            .map_err(|err| StoreError::Unavailable(Cause::new(err)))?
    }

    pub(super) async fn check_everything(&self) -> Result<Report, StoreError> {
        let turn = Arc::clone(&self.verifying).acquire_owned().await;
        let turn = turn.map_err(|_| StoreError::Closed)?;
        let group = self.group()?;
        let verify = move || {
            let report = verify_all(&group);
            drop(turn);
            report
        };
        tokio::task::spawn_blocking(verify)
            .await
            .map_err(|err| StoreError::Unavailable(Cause::new(err)))?
    }
}

/// Writes what waits, checks the map, and then everything in it.
fn verify_all(group: &Group) -> Result<Report, StoreError> {
    let Shared { map, stage, .. } = group.shared.as_ref();
    let flushed = stage.blocking_lock().decide(map, |_| Ok(()), Answer::Flush)?;
    group.wake();
    flushed.blocking_recv().unwrap_or(Err(StoreError::Closed))?;
    let checked = stage.blocking_lock().ask_for_check()?;
    group.wake();
    let checked = checked.blocking_recv().map_err(|_| StoreError::Closed)?;
    let view = map.view()?;
    verify::verify(view.snapshot.as_ref(), checked)
}
