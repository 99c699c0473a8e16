//! The store on a real PostgreSQL: `cargo xtask test` starts one.

mod damage;
mod place;

mod conformance {
    sternway_conformance::suite!(crate::place::Postgres);
}
