//! The real binary in empty folders: what it prints, how it ends, and what it leaves behind.

#![cfg(test)]

mod begun;
mod bundle;
mod color;
mod compact;
mod completion;
mod damaged;
mod database;
mod dry_run;
#[cfg(target_os = "linux")]
mod emergency;
mod endings;
mod folders;
mod git;
mod golden;
mod head;
mod hidden;
mod import_dir;
mod import_git;
mod inputs;
mod json;
mod lock;
mod man;
mod notify;
mod output;
#[cfg(target_os = "linux")]
mod pager;
mod policy_refused;
mod progress;
mod record_lines;
mod released;
mod settings;
mod starved;
mod stores;
mod swept;
#[cfg(target_os = "linux")]
mod terminal;
mod told;
mod two_terminals;
mod upgrade;
mod usage;
mod validate;
mod watch;
mod wellness;
mod windows;
mod world;
