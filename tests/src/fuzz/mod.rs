//! What is fuzzed: one function per decoder or parser that foreign bytes can reach.
//!
//! Each takes any bytes, and stops where a promise is broken. The targets in `fuzz/` call them from
//! cargo-fuzz; a story runs them over the kept seeds (`fuzz/seeds`), and over what chance makes of
//! those. What no function here says is that an input is refused: only that it is taken or refused
//! without harm, and that what is taken means the same when it is written and read again.

mod bundles;
mod diffs;
mod heads;
mod json_patch;
mod names;
mod rows;
mod shapes;
mod trees;

pub use sternway_cli::fuzz::{git_history, git_object, manifest, outcome_line, settings};

pub use self::{
    bundles::bundles,
    diffs::{json_diff, text_diff},
    heads::heads,
    names::names,
    rows::rows,
    shapes::{json, policies, records, stderr},
    trees::trees,
};

/// What a target does with some bytes.
pub type Body = fn(&[u8]);

/// What is fuzzed, by the name of its target and of the folder of its seeds.
pub const TARGETS: [(&str, Body); 16] = [
    ("bundles", bundles),
    ("git_history", git_history),
    ("git_object", git_object),
    ("heads", heads),
    ("json", json),
    ("json_diff", json_diff),
    ("manifest", manifest),
    ("names", names),
    ("outcome_line", outcome_line),
    ("policies", policies),
    ("records", records),
    ("rows", rows),
    ("settings", settings),
    ("stderr", stderr),
    ("text_diff", text_diff),
    ("trees", trees),
];

/// Two inputs in one: what comes before a NUL, and what comes after.
fn two(data: &[u8]) -> Option<(&str, &str)> {
    str::from_utf8(data).ok()?.split_once('\0')
}
