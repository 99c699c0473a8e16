//! What a store is made of, and how a call comes to the session that works on it.

use std::sync::Arc;

#[cfg(doc)]
use sternway_store::Store;
use sternway_store::StoreError;
use sternway_types::NamespaceId;
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    append,
    commit::{self, Answer, Asked},
    contents,
    database::Database,
    lane::Lanes,
    watch::{self, Bells},
};

/// A [`Store`] on PostgreSQL: see the crate.
pub struct PostgresStore {
    pub(crate) db: Database,
    pub(crate) bells: Arc<Bells>,
    pub(crate) commits: Lanes<commit::Job>,
    pub(crate) appends: Lanes<append::Job>,
    pub(crate) known: Arc<append::Known>,
    pub(crate) recent: contents::Recent,
    /// Tells and hears, until the store is dropped.
    pub(crate) tasks: Vec<JoinHandle<()>>,
}

impl Drop for PostgresStore {
    /// What was not answered ends with the session that it is in.
    fn drop(&mut self) {
        drop(self.db.pool.close());
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl PostgresStore {
    pub(crate) fn start(db: Database) -> Result<Self, StoreError> {
        let (bells, known) = (Arc::<Bells>::default(), Arc::<append::Known>::default());
        let tasks = watch::start(&db, &bells);
        let (commits, rings) = (db.clone(), Arc::clone(&bells));
        let commits = Lanes::new(move |ns: NamespaceId, jobs| {
            let (db, bells) = (commits.clone(), Arc::clone(&rings));
            async move {
                if let Some(revision) = commit::commit(&db, &ns, jobs).await {
                    bells.came(&ns, revision);
                }
            }
        });
        let (appends, knows) = (db.clone(), Arc::clone(&known));
        let appends = Lanes::new(move |ns: NamespaceId, jobs| {
            let (db, known) = (appends.clone(), Arc::clone(&knows));
            async move { append::append(&db, &known, &ns, jobs).await }
        });
        Ok(Self { db, bells, commits, appends, known, recent: contents::Recent::default(), tasks })
    }

    pub(crate) async fn decide(
        &self,
        ns: &NamespaceId,
        asked: Asked,
    ) -> Result<Answer, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.commits.ask(ns, commit::Job { asked, reply })?;
        let answer = answer.await.unwrap_or(Err(StoreError::Closed));
        answer.map_err(|err| self.recent.or_lost(err))
    }

    pub(crate) fn open(&self) -> Result<&Database, StoreError> {
        if self.db.pool.is_closed() { Err(StoreError::Closed) } else { Ok(&self.db) }
    }
}
