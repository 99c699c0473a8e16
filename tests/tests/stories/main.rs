//! Stories across crates, with real files and real processes.

mod bundle;
mod deployed;
mod fault_disk;
mod fuzz;
mod kill_9;
mod one_file;
mod postgres;
#[cfg(unix)]
mod routed;
mod scenarios;
