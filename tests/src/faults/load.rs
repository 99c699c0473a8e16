//! A load that goes on whatever breaks: writers who repeat what did not succeed until it does, and
//! watchers who follow.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sternway::{store::StoreError, types::Timestamp};
use tokio::{sync::watch, task::JoinSet};

use super::{
    Journal, Shop, Told,
    shop::second,
    tasks::{HEALED, pause, within},
    watchers::Watchers,
};
use crate::sim::Dice;

/// How the clock of writers goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skew {
    /// As it should.
    None,
    /// It jumps by up to a day, forward and back.
    Days,
}

/// See the module.
#[derive(Debug)]
pub struct Load {
    journal: Arc<Mutex<Journal>>,
    stop: watch::Sender<bool>,
    writers: JoinSet<Told<()>>,
    watchers: Watchers,
}

/// Who writes.
struct Writer {
    shop: Shop,
    name: String,
    dice: Dice,
    skew: Skew,
    rounds: u64,
    journal: Arc<Mutex<Journal>>,
}

fn lock(journal: &Mutex<Journal>) -> MutexGuard<'_, Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Load {
    /// Starts so many writers in each shop, all of one namespace, and a watcher in each.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    #[must_use]
    pub fn start(shops: &[Shop], writers: usize, seed: u64, skew: Skew) -> Self {
        let journal = Arc::<Mutex<Journal>>::default();
        lock(&journal).asked.insert(Shop::founding());
        let (stop, stopped) = watch::channel(false);
        let mut writing = JoinSet::new();
        for (place, shop) in shops.iter().enumerate() {
            for number in 0..writers {
                let name = format!("{seed} {place} {number}");
                let (shop, journal) = (shop.clone(), Arc::clone(&journal));
                let dice = Dice::of(seed, &name);
                let writer = Writer { shop, name, dice, skew, rounds: 0, journal };
                writing.spawn(writer.write(stopped.clone()));
            }
        }
        Self { journal, stop, writers: writing, watchers: Watchers::start(shops) }
    }

    /// How many writes were acknowledged.
    #[must_use]
    pub fn acknowledged(&self) -> usize {
        lock(&self.journal).acknowledged()
    }

    /// Waits until so many more writes were acknowledged.
    ///
    /// # Errors
    ///
    /// If nothing goes on.
    pub async fn goes_on(&self, more: usize) -> Told<()> {
        let enough = self.acknowledged() + more;
        let looking = || async { Ok(self.acknowledged() >= enough) };
        super::until("the load goes on by itself", looking).await
    }

    /// Ends it: everything that was begun gets an answer, and every watcher sees it all.
    ///
    /// # Errors
    ///
    /// If something was answered with an error that does not go away, or nothing came to an end.
    pub async fn stop(mut self) -> Told<Journal> {
        self.stop.send_replace(true);
        while let Some(writer) = self.writers.join_next().await {
            writer??;
        }
        let mut journal = std::mem::take(&mut *lock(&self.journal));
        journal.seen = self.watchers.stop().await?;
        Ok(journal)
    }
}

impl Writer {
    async fn write(mut self, stopped: watch::Receiver<bool>) -> Told<()> {
        while !*stopped.borrow() {
            self.rounds += 1;
            if self.dice.chance(1, 3) {
                self.commit().await?;
            } else {
                self.append().await?;
            }
        }
        Ok(())
    }

    fn now(&mut self) -> Timestamp {
        let rounds = i64::try_from(self.rounds).unwrap_or_default();
        let jump = match self.skew {
            Skew::None => 0,
            Skew::Days => i64::try_from(self.dice.below(172_800)).unwrap_or_default() - 86_400,
        };
        second(rounds.saturating_add(jump))
    }

    async fn commit(&mut self) -> Told<()> {
        let (at, name) = (self.now(), format!("{} {}", self.name, self.rounds));
        let artifact = format!("prompts/p{}", self.dice.below(3));
        let (content, changeset) = self.shop.publish(&artifact, &name, at)?;
        lock(&self.journal).asked.insert(changeset.id);
        let store = Arc::clone(&self.shop.store);
        let again = || async {
            store.put(&content, None).await?;
            store.commit(&changeset).await
        };
        let receipt = self.done("commit", again).await?;
        lock(&self.journal).committed.insert(changeset.id, receipt);
        Ok(())
    }

    async fn append(&mut self) -> Told<()> {
        let artifact = format!("prompts/p{}", self.dice.below(3)).parse()?;
        let shop = self.shop.clone();
        let look = || async { shop.subject(&artifact).await };
        let Some(subject) = self.done("look at what is live", look).await? else {
            return self.commit().await;
        };
        let count = 1 + self.dice.below(5);
        let names: Vec<_> =
            (0..count).map(|run| format!("{} {} {run}", self.name, self.rounds)).collect();
        let at = self.now();
        let append = shop.successes(&subject, &names, at);
        let ids: Vec<_> = append.outcomes().iter().map(|outcome| outcome.id).collect();
        lock(&self.journal).reported.extend(&ids);
        let again = || async { shop.store.append(&append).await };
        let appended = self.done("append", again).await?;
        let mut journal = lock(&self.journal);
        journal.counted.extend(&ids);
        journal.new += appended.subjects.iter().map(|subject| subject.counted.len()).sum::<usize>();
        Ok(())
    }

    /// Asks until it is done. An answer that asks to be asked again is no trouble; any other error
    /// is, and so is no answer.
    async fn done<T, F>(&self, what: &str, ask: impl Fn() -> F) -> Told<T>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let asking = async {
            loop {
                match ask().await {
                    Err(err) if err.is_temporary() => {
                        lock(&self.journal).again += 1;
                        pause(Duration::from_millis(10)).await;
                    }
                    answer => return answer,
                }
            }
        };
        Ok(within(HEALED, what, asking).await??)
    }
}
