//! A page of a list.

use serde::Serialize;

/// A page of a list. It is an object and not an array, so that it can say where the next one is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListView<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// What the next page begins after; nothing on the last page.
    pub next: Option<String>,
}

impl<T> ListView<T> {
    /// A list with nothing after it.
    #[must_use]
    pub const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}
