//! What `sternway-diff` promises, seen from outside.

mod blame;
mod json;
mod patch;
mod text;
mod tree;
mod unified;

use sternway_diff::{
    blame::{LeafBlame, LineBlame},
    json::{Change, JsonDiff, Pointer},
    text::{Hunk, Line, LineNumber, MarkedLine, Row, Side, Span, Stat, TextDiff, Unified},
};

#[test]
fn results_can_cross_threads() {
    const fn check<T: Send + Sync>() {}
    check::<(JsonDiff<'_>, Change<'_>, Pointer)>();
    check::<(TextDiff<'_>, Stat, Line<'_>, LineNumber, MarkedLine<'_>, Span<'_>)>();
    check::<(LineBlame<u64>, LeafBlame<u64>)>();
    check::<(Row<'_>, Side<'_>, Hunk<'_, '_>, Unified<'_, '_>)>();
}
