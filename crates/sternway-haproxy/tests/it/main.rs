//! The router on a real `HAProxy`: `cargo xtask test` gets one.

mod client;
mod drivers;
mod guide;
mod lies;
mod place;
mod restarts;
mod shares;
mod upstream;

mod conformance {
    sternway_conformance::router_suite!(crate::place::Harness);
}
