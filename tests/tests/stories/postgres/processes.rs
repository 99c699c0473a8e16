//! Real processes that publish, promote, record and judge in one namespace, and are killed.

use std::{path::Path, sync::Arc};

use sternway::Sternway;
use sternway_tests::faults::{Shop, Watchers, Workers, inspect, until, watched};

#[tokio::test(flavor = "multi_thread")]
async fn five_processes_of_which_two_are_killed_lose_nothing_and_double_nothing() {
    let place = super::place().await;
    let store = Arc::new(place.connect().open().await.expect("it opens"));
    let sw = Sternway::builder().on(store).await.expect("a namespace");
    let control = sw.control();
    let shop = Shop { store: Arc::clone(control.store()), ns: control.namespace().clone() };
    let watchers = Watchers::start(&[shop.clone(), shop]);
    let mut workers = Workers::default();
    let program = Path::new(env!("CARGO_BIN_EXE_worker"));
    for seed in 0..5 {
        workers.start(program, &place.url(), seed).expect("it starts");
    }
    for more in [40, 80] {
        let enough = || async { Ok(workers.acknowledged() >= more) };
        until("they work", enough).await.expect("they do");
        workers.kill_one().expect("it is killed");
    }
    let enough = || async { Ok(workers.acknowledged() >= 150) };
    until("the others go on", enough).await.expect("they do");
    let said = workers.stop().expect("the others end well");
    let swept = control.sweep().await.expect("what was not judged is judged");
    assert!(swept.failed.is_empty(), "{swept:?}");
    inspect(&sw, &said).await.unwrap_or_else(|err| panic!("{err}"));
    watched(&sw, watchers).await.unwrap_or_else(|err| panic!("{err}"));
    sw.shutdown().await.expect("it closes");
}
