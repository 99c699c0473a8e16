//! The store on a real PostgreSQL: `cargo xtask test` starts one.

mod damage;
mod examined;
mod examples;
mod place;
mod roles;
mod story;
mod views;

mod conformance {
    sternway_conformance::suite!(crate::place::Postgres);
}
