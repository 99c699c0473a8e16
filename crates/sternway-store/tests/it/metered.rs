//! What a metered store counts.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, LocalRecorderGuard, Metadata,
    Recorder, SharedString, Unit,
};
use sternway_store::{Kv as _, KvStore, MemoryKv, Metered, Store};
use sternway_types::{At, Generation, PointerName, Precondition, RecordKey, Revision};

use crate::world::{changeset, create, greeting, lab, namespace, production, publish, rows};

/// What was counted, by `name{labels}`.
#[derive(Debug, Default)]
struct Numbers {
    counted: Mutex<BTreeMap<String, u64>>,
    described: Mutex<BTreeSet<String>>,
}

/// A handle to one of them.
#[derive(Debug)]
struct Number {
    all: &'static Numbers,
    name: String,
}

impl CounterFn for Number {
    fn increment(&self, by: u64) {
        *self.all.counted.lock().expect("nobody panicked").entry(self.name.clone()).or_default() +=
            by;
    }

    fn absolute(&self, _: u64) {
        panic!("nothing is set, everything is added")
    }
}

impl HistogramFn for Number {
    fn record(&self, seconds: f64) {
        assert!((0.0..60.0).contains(&seconds), "{seconds} s");
        self.increment(1);
    }
}

impl Numbers {
    fn number(&'static self, key: &Key) -> Arc<Number> {
        let name = key.name();
        assert!(
            self.described.lock().expect("nobody panicked").contains(name),
            "{name} is not described"
        );
        let labels = key.labels().map(|it| format!("{}={}", it.key(), it.value()));
        let name = format!("{name}{{{}}}", labels.collect::<Vec<_>>().join(","));
        Arc::new(Number { all: self, name })
    }

    fn describe(&self, key: &KeyName) {
        self.described.lock().expect("nobody panicked").insert(key.as_str().to_owned());
    }

    /// Each with how much was counted, or how often something was timed.
    fn said(&self) -> Vec<String> {
        self.counted
            .lock()
            .expect("nobody panicked")
            .iter()
            .map(|(name, it)| format!("{name} {it}"))
            .collect()
    }
}

/// The numbers, as whoever records them.
#[derive(Debug)]
struct Records(&'static Numbers);

impl Recorder for Records {
    fn describe_counter(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.0.describe(&key);
    }

    fn describe_gauge(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        panic!("{} is a gauge", key.as_str())
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        assert_eq!(unit, Some(Unit::Seconds));
        self.0.describe(&key);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.0.number(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        panic!("{} is a gauge", key.name())
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.0.number(key))
    }
}

/// A metered store with a published greeting, its map, and where the numbers are read.
async fn metered() -> (Metered, MemoryKv, &'static Numbers, LocalRecorderGuard<'static>) {
    let numbers: &'static Numbers = Box::leak(Box::default());
    let guard = metrics::set_default_local_recorder(Box::leak(Box::new(Records(numbers))));
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map is a store");
    create(&store).await.expect("the namespace is made");
    publish(&store, "Hello", 1).await.expect("it is published");
    (Metered::new(Arc::new(store), "memory"), kv, numbers, guard)
}

#[tokio::test]
async fn calls_are_timed_by_what_they_do() {
    let (store, _, numbers, _guard) = metered().await;
    for _ in 0..3 {
        store.head(&namespace(), At::Head).await.unwrap();
    }
    store.artifact(&namespace(), &greeting(), At::Head).await.unwrap();
    store.wait(&namespace(), Revision::ZERO).await.unwrap();
    assert_eq!(
        numbers.said(),
        [
            "sternway_store_op_duration_seconds{backend=memory,op=artifact} 1",
            "sternway_store_op_duration_seconds{backend=memory,op=head} 3",
        ]
    );
}

#[tokio::test]
async fn lost_races_are_counted_by_what_they_were_about() {
    let (store, _, numbers, _guard) = metered().await;
    let (artifact, generation) = (greeting(), Generation::new(9));
    let label = PointerName::Label("stable".parse().unwrap());
    let stale = [
        Precondition::PointerAt { artifact: artifact.clone(), name: production(), generation },
        Precondition::PointerAt { artifact: artifact.clone(), name: label, generation },
        Precondition::LatestIs { artifact, version: None },
        Precondition::RecordAt { key: RecordKey::namespace(), generation },
    ];
    for (number, precondition) in stale.into_iter().enumerate() {
        let name = format!("stale {number}");
        let changeset = changeset(&name, 2).when(precondition).then(lab());
        assert!(store.commit(&changeset).await.is_err());
    }
    assert_eq!(
        numbers.said(),
        [
            "sternway_conflicts_total{resource=namespace} 1",
            "sternway_conflicts_total{resource=pointer} 2",
            "sternway_conflicts_total{resource=version} 1",
            "sternway_store_op_duration_seconds{backend=memory,op=commit} 4",
        ]
    );
}

#[tokio::test]
async fn damage_is_counted_where_it_is_met() {
    let (store, kv, numbers, _guard) = metered().await;
    let mut damaged = rows(&kv);
    for value in damaged.values_mut().flatten() {
        if let Some(last) = value.last_mut() {
            *last ^= 1;
        }
    }
    kv.commit(&damaged).unwrap();
    drop(store.verify().await);
    let counted = numbers.said().join("\n");
    assert!(counted.contains("sternway_integrity_failures_total{kind="), "{counted}");
}
