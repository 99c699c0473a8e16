//! The embedded store keeps every promise, on real files.

use std::sync::Arc;

use sternway_conformance::KvHarness;
use sternway_redb::{RedbKv, RedbOptions};

fn files() -> KvHarness {
    KvHarness::new(|| {
        let folder = Arc::new(tempfile::tempdir().expect("there is room for a folder"));
        move || RedbKv::open(&folder.path().join("store.redb"), RedbOptions::default())
    })
}

mod kv {
    sternway_conformance::kv_suite!(super::files());
}

mod store {
    sternway_conformance::suite!(super::files());
}
