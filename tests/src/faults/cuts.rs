//! A call to a store, with a fault at every message that the call sends to the database.

use std::{sync::Arc, time::Duration};

use sternway::store::{Store, StoreError};
use sternway_postgres::{Connect, PostgresStore};
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    Fault, How, Journal, Moment, Place, Proxy, Shop, Then, Told, audit,
    shop::second,
    tasks::{HEALED, within, words},
    until,
};

/// What is asked of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To be opened.
    Open,
    /// To commit a changeset.
    Commit,
    /// To count outcomes.
    Append,
}

/// What an enumeration came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// How many faults happened, one a call.
    pub faults: usize,
    /// How many calls were acknowledged all the same.
    pub acknowledged: usize,
    /// How many ended with an error that asks to be asked again.
    pub failed: usize,
}

/// Enough that the cores have something to do while the disk is waited for.
const AT_ONCE: usize = 6;
/// Where most of the time nothing happens.
const SLOW_AT_ONCE: usize = 32;

/// How one call ended: nothing if its fault did not happen.
type End = Option<Result<(), StoreError>>;

/// Does the same once for each message that it sends, and with the fault at that message. Then the
/// way is clear again, everything is asked for once more by its id, and all of it must be there once.
///
/// # Errors
///
/// What does not hold.
pub async fn enumerate(
    place: &Place,
    asked: Asked,
    how: How,
    moments: &[Moment],
    then: Then,
) -> Told<Cuts> {
    let direct = Shop::enter(Arc::new(place.connect().open().await?)).await?;
    let mut journal = Journal::default();
    journal.asked.insert(Shop::founding());
    journal.asked.insert(direct.publish_now("prompts/first", &format!("{asked:?} first")).await?);
    let clear = Fault { at: usize::MAX, moment: Moment::Before, how, then };
    let point = Point { place: place.clone(), shop: direct.clone(), asked, fault: clear };
    let messages = point.run("clear", &mut journal).await?.messages;
    let slow = how == How::BlackHole || then == Then::Down;
    let turns = Arc::new(Semaphore::new(if slow { SLOW_AT_ONCE } else { AT_ONCE }));
    let mut points = JoinSet::new();
    for (moment, at) in moments.iter().flat_map(|moment| (0..messages).map(move |at| (*moment, at)))
    {
        let fault = Fault { at, moment, how, then };
        let (point, turns) = (Point { fault, ..point.clone() }, Arc::clone(&turns));
        points.spawn(async move {
            let _turn = turns.acquire_owned().await?;
            let mut journal = Journal::default();
            let run = point.run(&format!("{asked:?} {fault:?}"), &mut journal).await;
            let run = run.map_err(|err| format!("{asked:?} with {fault:?}: {}", words(&*err)))?;
            Told::Ok((run, journal))
        });
    }
    let mut cuts = Cuts::default();
    while let Some(point) = points.join_next().await {
        let (run, theirs) = point??;
        cuts.add(&run.end);
        journal.take(theirs);
    }
    audit(&direct, &journal).await?;
    direct.store.close().await?;
    Ok(cuts)
}

impl Cuts {
    fn add(&mut self, end: &End) {
        let Some(end) = end else { return };
        self.faults += 1;
        match end {
            Ok(()) => self.acknowledged += 1,
            Err(_) => self.failed += 1,
        }
    }
}

/// One fault of one call.
#[derive(Clone)]
struct Point {
    place: Place,
    shop: Shop,
    asked: Asked,
    fault: Fault,
}

struct Run {
    messages: usize,
    end: End,
}

impl Point {
    fn connect(&self, proxy: &Proxy) -> Connect {
        Connect::to(self.place.url_at(proxy.port()))
            .with_connections(2)
            .wait_for_connection(Duration::from_secs(10))
            .wait_for_statement(Duration::from_secs(1))
            .wait_for_lock(Duration::from_secs(1))
    }

    async fn run(&self, name: &str, journal: &mut Journal) -> Told<Run> {
        let proxy = Proxy::before(self.place.listens()?).await?;
        let store = match self.asked {
            Asked::Open => {
                proxy.arm(self.fault);
                let opened = within(HEALED, "open", self.connect(&proxy).open()).await?;
                return self.opened(&proxy, opened).await;
            }
            Asked::Commit | Asked::Append => self.connect(&proxy).open().await?,
        };
        let heard = || async { Ok(proxy.listeners() > 0) };
        until("the store listens", heard).await?;
        let shop = Shop { store: Arc::new(store), ns: self.shop.ns.clone() };
        let run = match self.asked {
            Asked::Append => self.append(&proxy, &shop, name, journal).await?,
            Asked::Open | Asked::Commit => self.commit(&proxy, &shop, name, journal).await?,
        };
        within(HEALED, "close", shop.store.close()).await??;
        Ok(run)
    }

    /// How it ended, if the fault happened; an error that does not go away is none of those that may
    /// come of a fault.
    fn end<T>(&self, proxy: &Proxy, answer: Result<T, StoreError>) -> Told<Run> {
        let (happened, messages) = (proxy.heal(), proxy.messages());
        match answer {
            Err(err) if !err.is_temporary() => Err(err.into()),
            answer => Ok(Run { messages, end: happened.then(|| answer.map(drop)) }),
        }
    }

    async fn opened(&self, proxy: &Proxy, opened: Result<PostgresStore, StoreError>) -> Told<Run> {
        let (opened, answer) = match opened {
            Ok(store) => (Some(store), Ok(())),
            Err(err) => (None, Err(err)),
        };
        let run = self.end(proxy, answer)?;
        let store = match opened {
            Some(store) => store,
            None => self.connect(proxy).open().await?,
        };
        store.namespaces(None, sternway::store::Limit::MAX).await?;
        within(HEALED, "close", store.close()).await??;
        Ok(run)
    }

    async fn commit(
        &self,
        proxy: &Proxy,
        shop: &Shop,
        name: &str,
        journal: &mut Journal,
    ) -> Told<Run> {
        let (content, changeset) = self.shop.publish("prompts/cut", name, second(2))?;
        self.shop.store.put(&content, None).await?;
        journal.asked.insert(changeset.id);
        proxy.arm(self.fault);
        let answer = within(HEALED, "commit", shop.store.commit(&changeset)).await?;
        let first = answer.as_ref().ok().cloned();
        let run = self.end(proxy, answer)?;
        let again = within(HEALED, "commit again", shop.store.commit(&changeset)).await??;
        if first.is_some_and(|first| first != again) {
            return Err("the second answer is not the first".into());
        }
        journal.committed.insert(changeset.id, again);
        Ok(run)
    }

    async fn append(
        &self,
        proxy: &Proxy,
        shop: &Shop,
        name: &str,
        journal: &mut Journal,
    ) -> Told<Run> {
        let subject = self.shop.subject(&"prompts/first".parse()?).await?;
        let subject = subject.ok_or("nothing is live")?;
        let names: Vec<_> = (0..3).map(|run| format!("{name} {run}")).collect();
        let append = shop.successes(&subject, &names, second(2));
        let ids = append.outcomes().iter().map(|outcome| outcome.id);
        journal.reported.extend(ids.clone());
        proxy.arm(self.fault);
        let answer = within(HEALED, "append", shop.store.append(&append)).await?;
        let acknowledged = answer.is_ok();
        let run = self.end(proxy, answer)?;
        let again = within(HEALED, "append again", shop.store.append(&append)).await??;
        if acknowledged && again.duplicates != names.len() {
            return Err(format!("{} of 3 outcomes were lost", 3 - again.duplicates).into());
        }
        journal.counted.extend(ids);
        Ok(run)
    }
}
