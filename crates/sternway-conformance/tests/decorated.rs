//! What wraps a store without changing what it does keeps every promise, too.

use std::{io, sync::Arc};

use async_trait::async_trait;
use sternway_conformance::{Harness, KvHarness, Place, STORIES};
use sternway_store::{Faulty, MemoryKv, Metered, Rate, Store, StoreError, Traced};
use tracing_subscriber::filter::LevelFilter;

type Wrap = fn(Arc<dyn Store>) -> Arc<dyn Store>;

/// Stores in memory, each of them wrapped.
struct Decorated {
    memory: KvHarness,
    wrap: Wrap,
}

struct DecoratedPlace {
    place: Arc<dyn Place>,
    wrap: Wrap,
}

fn decorated(wrap: Wrap) -> Decorated {
    let memory = KvHarness::new(|| {
        let map = MemoryKv::new();
        move || Ok(map.clone())
    });
    Decorated { memory, wrap }
}

#[async_trait]
impl Harness for Decorated {
    async fn place(&self) -> Arc<dyn Place> {
        Arc::new(DecoratedPlace { place: self.memory.place().await, wrap: self.wrap })
    }

    fn stories(&self) -> u64 {
        STORIES
    }
}

#[async_trait]
impl Place for DecoratedPlace {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok((self.wrap)(self.place.open().await?))
    }

    async fn kill(&self, store: Arc<dyn Store>) {
        self.place.kill(store).await;
    }

    async fn damage(&self, seed: u64) -> String {
        self.place.damage(seed).await
    }

    async fn mend(&self) {
        self.place.mend().await;
    }
}

fn with_spans() -> Decorated {
    // Every span is made and written, and nobody reads it. A second test of the process finds the
    // subscriber there.
    let everything = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE);
    drop(everything.with_writer(io::sink).try_init());
    decorated(|store| Arc::new(Traced::new(store)))
}

fn with_meters() -> Decorated {
    decorated(|store| Arc::new(Metered::new(store, "memory")))
}

fn without_faults() -> Decorated {
    decorated(|store| Arc::new(Faulty::seeded(store, 1, Rate::NEVER)))
}

mod traced {
    sternway_conformance::suite!(super::with_spans());
}

mod metered {
    sternway_conformance::suite!(super::with_meters());
}

mod faulty {
    sternway_conformance::suite!(super::without_faults());
}
