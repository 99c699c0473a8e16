//! Compare two contents: text by lines and words, JSON by structure.
//!
//! Everything here is a pure function of its inputs: no clock, no randomness, no I/O, and no
//! error, because any two contents can be compared. Results borrow from the inputs.
//!
//! # Text
//!
//! [`text::TextDiff`] finds which lines were added, removed and kept, and shows that in four ways:
//! as an edit script, as a unified diff that `patch` accepts, with the changed words marked, and
//! side by side.
//!
//! ```
//! use sternway_diff::text::TextDiff;
//!
//! let diff = TextDiff::new(
//!     "You are a helpful bot.\nAnswer briefly.\n",
//!     "You are a careful bot.\nAnswer briefly.\nCite sources.\n",
//! );
//!
//! assert_eq!((diff.stat().added, diff.stat().removed), (2, 1));
//! assert_eq!(
//!     diff.unified().with_names("greeting@v3", "greeting@v4").to_string(),
//!     "\
//! --- greeting@v3
//! +++ greeting@v4
//! @@ -1,2 +1,3 @@
//! -You are a helpful bot.
//! +You are a careful bot.
//!  Answer briefly.
//! +Cite sources.
//! "
//! );
//!
//! let emphasized: Vec<&str> = diff
//!     .marked_lines()
//!     .flat_map(|marked| marked.spans)
//!     .filter(|span| span.emphasized)
//!     .map(|span| span.text)
//!     .collect();
//! assert_eq!(emphasized, ["helpful", "careful"]);
//! ```
//!
//! # JSON
//!
//! [`json::JsonDiff`] compares values as JSON means them (`1` is `1.0`, `true` is not `1`, the
//! order of keys says nothing) and names every difference by its JSON Pointer. The same changes
//! come as an RFC 6902 patch, or as the flat shape `{added, removed, changed}` of the outermost
//! object.
//!
//! ```
//! use serde_json::json;
//! use sternway_diff::json::{Change, JsonDiff};
//!
//! let old = json!({"model": "small", "temperature": 1, "tools": ["search"]});
//! let new = json!({"temperature": 1.0, "model": "large", "tools": ["fetch", "search"]});
//! let diff = JsonDiff::new(&old, &new);
//!
//! let changes: Vec<String> = diff
//!     .changes()
//!     .map(|change| match change {
//!         Change::Added { pointer, value } => format!("{pointer} + {value}"),
//!         Change::Removed { pointer, value } => format!("{pointer} - {value}"),
//!         Change::Changed { pointer, from, to } => format!("{pointer} {from} -> {to}"),
//!     })
//!     .collect();
//! assert_eq!(changes, [r#"/model "small" -> "large""#, r#"/tools/0 + "fetch""#]);
//!
//! assert_eq!(
//!     diff.to_patch(),
//!     json!([
//!         {"op": "test", "path": "/model", "value": "small"},
//!         {"op": "replace", "path": "/model", "value": "large"},
//!         {"op": "add", "path": "/tools/0", "value": "fetch"},
//!     ])
//! );
//! ```
//!
//! # Blame
//!
//! [`blame`] goes back from version to version and finds which one wrote each line of a text, or
//! each leaf of a JSON document.
//!
//! # Trees
//!
//! [`tree::changes`] says at which paths two folders differ, and what each has there.
//!
//! # Limits
//!
//! An edit script is short, but not always the shortest: the search takes a good split when the
//! best one would cost too much. More than 100,000 lines (or array elements) in the part that
//! differs, both sides together, are first cut at lines, or at runs of up to 32 lines, that occur
//! exactly once on each side. A piece that is still larger is reported as removed and added whole,
//! and so is every piece after a million lines were searched. Two versions of an ordinary 10 MB
//! text take about a second and 100 MB of memory; two unrelated ones of five million lines of one
//! letter, the worst we know, take ten seconds and a gigabyte, where an exact search takes minutes.
//! There is no timeout, so the same inputs always give the same answer.
//!
//! Words are marked in blocks of up to 32 KiB; in a larger one, lines are shown as changed whole.

mod align;
pub mod blame;
pub mod json;
pub mod text;
pub mod tree;
