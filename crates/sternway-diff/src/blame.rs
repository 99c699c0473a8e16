//! Which version wrote each line of a text, or each leaf of a JSON document.
//!
//! A walk goes back from the version that is asked about, one version after the other: each
//! [`LineBlame::back`] or [`LeafBlame::back`] compares two neighbors. What the older one lacks was
//! written by the newer one. The walk may end as soon as [everything is
//! settled](LineBlame::is_settled), and what is open when it ends belongs to the version that was
//! reached.
//!
//! ```
//! use sternway_diff::blame::LineBlame;
//!
//! let mut blame = LineBlame::new("Be careful.\nAnswer briefly.\nCite sources.\n", "v3");
//! blame.back("Be careful.\nAnswer briefly.\n", "v2");
//! blame.back("Be helpful.\nAnswer briefly.\n", "v1");
//!
//! let written: Vec<&str> = blame.settle().into_iter().map(|(_, version)| version).collect();
//! assert_eq!(written, ["v2", "v1", "v3"]);
//! ```
//!
//! # Limits
//!
//! A line that moved is new in its new place, and so is one that was taken away and came back. A
//! step costs what comparing its two contents costs; nothing but the newer of them is kept from one
//! step to the next. A leaf is known by its whole pointer, so that a document of many leaves below
//! long keys takes memory for each.

mod leaf;
mod line;

pub use self::{leaf::LeafBlame, line::LineBlame};
