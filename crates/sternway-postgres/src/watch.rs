//! Waiting for what comes: a bell for each namespace, which this process rings when it commits, and
//! when another one says that it did.
//!
//! What is said is only a hint. Who waits looks at the head again every second or so, so that waiting
//! works where nothing can be heard, through a pooler or after a connection was lost; it only takes
//! longer then.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use sqlx::{
    PgPool,
    postgres::{PgListener, PgNotification},
};
use sternway_types::{NamespaceId, Revision};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

use crate::{
    database::{Args, Database},
    task::{pause, spawn},
};

/// How long nothing more is said after something was: others come together meanwhile.
const SILENCE: Duration = Duration::from_millis(10);
/// How long who waits hears nothing before looking, at least, and by how much longer others do.
const LOOK: Duration = Duration::from_millis(800);
const LOOK_APART: Duration = Duration::from_millis(25);
/// How long to wait before listening is tried again.
const DEAF: Duration = Duration::from_secs(1);

/// The bells, and what is to be said to others.
#[derive(Debug, Default)]
pub(crate) struct Bells {
    bells: Mutex<HashMap<NamespaceId, watch::Sender<u64>>>,
    news: Mutex<BTreeMap<NamespaceId, Revision>>,
    some_news: Notify,
    looks: AtomicU32,
}

impl Bells {
    /// Hears of a namespace from now on.
    pub(crate) fn listen(&self, ns: &NamespaceId) -> watch::Receiver<u64> {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        bells.entry(ns.clone()).or_default().subscribe()
    }

    fn ring(&self, ns: &NamespaceId) {
        let bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = bells.get(ns) {
            bell.send_modify(|rings| *rings = rings.wrapping_add(1));
        }
    }

    /// Wakes everybody.
    pub(crate) fn ring_all(&self) {
        let bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        bells.values().for_each(|bell| bell.send_modify(|rings| *rings = rings.wrapping_add(1)));
    }

    /// A namespace came this far, and everybody is to know.
    pub(crate) fn came(&self, ns: &NamespaceId, revision: Revision) {
        self.ring(ns);
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        news.insert(ns.clone(), revision);
        self.some_news.notify_one();
    }

    /// How long to hear nothing before looking: not the same for everybody who waits, so that they do
    /// not all look at once.
    pub(crate) fn patience(&self) -> Duration {
        LOOK + LOOK_APART * (self.looks.fetch_add(1, Ordering::Relaxed) % 16)
    }

    fn take_news(&self) -> BTreeMap<NamespaceId, Revision> {
        std::mem::take(&mut *self.news.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The channel on which it is said which namespaces came further.
fn channel(schema: &str) -> String {
    format!("{schema}_came")
}

/// Tells other processes, and hears of them.
pub(crate) fn start(db: &Database, bells: &Arc<Bells>) -> Vec<JoinHandle<()>> {
    let telling = spawn(tell(db.clone(), Arc::clone(bells)));
    let hear = |ears: &PgPool| spawn(hear(db.clone(), ears.clone(), Arc::clone(bells)));
    std::iter::once(telling).chain(db.ears.as_ref().map(hear)).collect()
}

/// Says what came, off everybody's way and not too often.
async fn tell(db: Database, bells: Arc<Bells>) {
    let channel = channel(&db.schema);
    loop {
        bells.some_news.notified().await;
        let news: Vec<_> = bells.take_news().into_keys().map(|ns| ns.to_string()).collect();
        let args = Args::default().with(channel.clone()).with(news);
        // Who hears nothing looks by itself.
        drop(db.rows("SELECT pg_notify($1, ns) FROM unnest($2) ns", args).await);
        pause(SILENCE).await;
    }
}

async fn hear(db: Database, ears: PgPool, bells: Arc<Bells>) {
    loop {
        if let Ok(mut listener) = PgListener::connect_with(&ears).await
            && listener.listen(&channel(&db.schema)).await.is_ok()
        {
            // What was said before this one listened was missed.
            bells.ring_all();
            // Nothing means that the connection was lost, and what was said meanwhile with it.
            while let Ok(Some(said)) = listener.try_recv().await {
                heard(&bells, &said);
            }
            bells.ring_all();
        }
        if db.pool.is_closed() {
            return;
        }
        pause(DEAF).await;
    }
}

fn heard(bells: &Bells, said: &PgNotification) {
    if let Ok(ns) = said.payload().parse() {
        bells.ring(&ns);
    }
}
