//! Stories across crates, with real files and real processes.

mod kill_9;
mod one_file;
