//! What changed between two texts, for people.

pub(crate) mod paths;
pub(crate) mod side_by_side;
pub(crate) mod words;

use std::borrow::Cow;

use crate::format::visible;

/// A piece of a line without the line's end, and with nothing hidden in it. A carriage return is
/// shown, since it may be all that differs.
fn shown(piece: &str) -> Cow<'_, str> {
    visible::block(piece.strip_suffix('\n').unwrap_or(piece))
}
