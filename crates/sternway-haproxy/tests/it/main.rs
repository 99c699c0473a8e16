//! The router on a real `HAProxy`: `cargo xtask test` gets one.

mod client;
mod drivers;
mod guide;
mod kept;
mod lies;
mod place;
mod restarts;
mod shares;
mod upstream;

mod conformance {
    sternway_conformance::router_suite!(crate::place::Harness);
}

mod conformance_with_kept_maps {
    sternway_conformance::router_suite!(crate::kept::Harness);
}
