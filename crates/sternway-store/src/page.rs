//! Reading in pages. A page is cut by a key, never by a count to skip, so that it is stable while
//! writers append.

/// How many items a page may have, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit(usize);

impl Limit {
    /// The largest page.
    pub const MAX: Self = Self(1000);

    /// A limit, held within 0 and [`Limit::MAX`].
    #[must_use]
    pub const fn new(items: usize) -> Self {
        if items > Self::MAX.0 { Self::MAX } else { Self(items) }
    }

    /// The number of items.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}
