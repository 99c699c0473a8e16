//! The reference: the store in memory keeps every promise.

use sternway_conformance::KvHarness;
use sternway_store::MemoryKv;

fn memory() -> KvHarness {
    KvHarness::new(|| {
        let map = MemoryKv::new();
        move || Ok(map.clone())
    })
}

mod kv {
    sternway_conformance::kv_suite!(super::memory());
}

mod store {
    sternway_conformance::suite!(super::memory());
}
