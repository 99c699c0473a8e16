//! The store on a real PostgreSQL: `cargo xtask test` starts one.

mod damage;
mod examined;
mod place;
mod roles;

mod conformance {
    sternway_conformance::suite!(crate::place::Postgres);
}
