//! `sternway exec` and `sternway demo`, with the real binary, real stores and real children.

#![cfg(test)]
#![cfg(unix)]

mod codes;
mod concurrency;
#[path = "../cli/database.rs"]
mod database;
mod deadline;
mod demo;
mod demo_in_a_database;
mod dir;
mod file;
mod guard;
mod health;
mod previewed;
mod python;
mod rollback;
mod shadowed;
mod signals;
mod streams;
mod timeout;
mod validators;
mod world;
