//! Lanes: what callers ask of one namespace gathers while what was asked before becomes durable, and
//! is done together, in the order in which it came.
//!
//! A lane is a task of its own. So a caller that goes away takes nothing with it, whatever its session
//! with the database is in the middle of.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use sternway_store::StoreError;
use sternway_types::NamespaceId;
use tokio::{sync::mpsc, task::JoinHandle};

/// The most that is done together.
const TOGETHER: usize = 256;

use crate::task::spawn;

/// What is done with what gathered.
type Work<J> =
    dyn Fn(NamespaceId, Vec<J>) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync;

struct Lane<J> {
    queue: mpsc::UnboundedSender<J>,
    task: JoinHandle<()>,
}

/// The lanes of one kind of jobs, by namespace.
pub(crate) struct Lanes<J> {
    work: Arc<Work<J>>,
    /// Nothing once it was closed.
    lanes: Mutex<Option<HashMap<NamespaceId, Lane<J>>>>,
}

impl<J: Send + 'static> Lanes<J> {
    pub(crate) fn new<F, D>(work: F) -> Self
    where
        F: Fn(NamespaceId, Vec<J>) -> D + Send + Sync + 'static,
        D: Future<Output = ()> + Send + 'static,
    {
        let work = move |ns, jobs| {
            let done = work(ns, jobs);
            Box::pin(done) as Pin<Box<dyn Future<Output = ()> + Send>>
        };
        Self { work: Arc::new(work), lanes: Mutex::new(Some(HashMap::new())) }
    }

    /// Has something done.
    pub(crate) fn ask(&self, ns: &NamespaceId, job: J) -> Result<(), StoreError> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lanes = lanes.as_mut().ok_or(StoreError::Closed)?;
        if !lanes.contains_key(ns) {
            let (queue, asked) = mpsc::unbounded_channel();
            let task = spawn(run(Arc::clone(&self.work), ns.clone(), asked));
            lanes.insert(ns.clone(), Lane { queue, task });
        }
        let lane = lanes.get(ns).ok_or(StoreError::Closed)?;
        lane.queue.send(job).map_err(|_| StoreError::Closed)
    }

    /// Takes nothing more, and waits until everything that was asked is done.
    pub(crate) async fn close(&self) {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner).take();
        for (_, Lane { queue, task }) in lanes.into_iter().flatten() {
            drop(queue);
            // One that panicked has answered nobody, who see that it is gone.
            drop(task.await);
        }
    }
}

async fn run<J>(work: Arc<Work<J>>, ns: NamespaceId, mut asked: mpsc::UnboundedReceiver<J>) {
    let mut jobs = Vec::new();
    while asked.recv_many(&mut jobs, TOGETHER).await > 0 {
        work(ns.clone(), std::mem::take(&mut jobs)).await;
    }
}
