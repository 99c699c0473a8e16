//! How answers are laid out for people.

pub(crate) mod applied;
pub(crate) mod blame;
pub(crate) mod detail;
pub(crate) mod diff;
pub(crate) mod event;
pub(crate) mod overview;
pub(crate) mod page;
pub(crate) mod style;
pub(crate) mod symbols;
pub(crate) mod table;
pub(crate) mod tree;
