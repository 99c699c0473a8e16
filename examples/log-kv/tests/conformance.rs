//! The log keeps every promise of the port, and the store on it every promise of a store.

use std::sync::Arc;

use log_kv::LogKv;
use sternway_conformance::KvHarness;

fn logs() -> KvHarness {
    KvHarness::new(|| {
        let folder = Arc::new(tempfile::tempdir().expect("there is room for a folder"));
        move || LogKv::open(&folder.path().join("store.log"))
    })
}

mod kv {
    sternway_conformance::kv_suite!(super::logs());
}

mod store {
    sternway_conformance::suite!(super::logs());
}
