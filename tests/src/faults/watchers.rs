//! Those who follow a namespace from its beginning, each through a store of its own.

use std::time::Duration;

use sternway::{
    store::Limit,
    types::{At, Revision},
};
use tokio::{sync::watch, task::JoinSet};

use super::{Shop, Told, tasks::pause};

/// See the module.
#[derive(Debug)]
pub struct Watchers {
    shops: Vec<Shop>,
    tasks: JoinSet<Told<Vec<Revision>>>,
    until: watch::Sender<Option<Revision>>,
}

impl Watchers {
    /// One for each shop.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    #[must_use]
    pub fn start(shops: &[Shop]) -> Self {
        let (until, to) = watch::channel(None);
        let mut tasks = JoinSet::new();
        for shop in shops {
            tasks.spawn(follow(shop.clone(), to.clone()));
        }
        Self { shops: shops.to_vec(), tasks, until }
    }

    /// Lets them come to the end of the feed; answers with what each saw.
    ///
    /// # Errors
    ///
    /// If one cannot get there.
    pub async fn stop(mut self) -> Told<Vec<Vec<Revision>>> {
        let Some(shop) = self.shops.first() else { return Ok(Vec::new()) };
        let head = loop {
            match shop.store.head(&shop.ns, At::Head).await {
                Err(err) if err.is_temporary() => pause(Duration::from_millis(20)).await,
                head => break head?,
            }
        };
        self.until.send_replace(Some(head.map_or(Revision::ZERO, |head| head.revision)));
        let mut seen = Vec::new();
        while let Some(watcher) = self.tasks.join_next().await {
            seen.push(watcher??);
        }
        Ok(seen)
    }
}

/// Follows from the beginning, until told how far.
async fn follow(shop: Shop, until: watch::Receiver<Option<Revision>>) -> Told<Vec<Revision>> {
    let mut seen: Vec<Revision> = Vec::new();
    loop {
        let after = seen.last().copied().unwrap_or(Revision::ZERO);
        let last = *until.borrow();
        if last.is_some_and(|last| after >= last) {
            return Ok(seen);
        }
        let next = async {
            tokio::select! {
                came = shop.store.wait(&shop.ns, after) => came.map(drop)?,
                // Nobody wakes who waits at the end.
                () = told(until.clone()), if last.is_none() => (),
            }
            shop.store.feed(&shop.ns, after, Limit::MAX).await
        };
        match next.await {
            Ok(commits) => seen.extend(commits.iter().map(|commit| commit.revision)),
            Err(err) if err.is_temporary() => pause(Duration::from_millis(20)).await,
            Err(err) => return Err(err.into()),
        }
    }
}

async fn told(mut until: watch::Receiver<Option<Revision>>) {
    // An error means that nobody asks any more.
    drop(until.changed().await);
}
