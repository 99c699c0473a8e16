//! How runs ended, stretch by stretch: what a test needs to see a regression that began late.

/// A stretch of outcomes whose end is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Block {
    /// How many: a multiple of [`Blocks::LENGTH`].
    pub outcomes: u64,
    /// How many of them failed.
    pub failed: u64,
}

impl Block {
    const fn plus(self, other: Self) -> Self {
        Self {
            outcomes: self.outcomes.saturating_add(other.outcomes),
            failed: self.failed.saturating_add(other.failed),
        }
    }
}

/// The outcomes of a log in blocks of 250, in the order in which they were counted: the only part of
/// a [`Tally`](crate::Tally) that depends on that order.
///
/// At most 256 are kept. When there are more, the older half is put together two by two, so that what
/// lies further back is known less finely, however long the log becomes. Which blocks there are
/// depends on the outcomes and their order alone, and not on how they came in batches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    // Invariant: at most MAX, none of them empty.
    closed: Vec<Block>,
    covered: Block,
}

impl Blocks {
    /// How many outcomes make a block.
    pub const LENGTH: u64 = 250;
    /// The most blocks that are kept.
    pub const MAX: usize = 256;

    /// Blocks that were kept elsewhere, the oldest first. Nothing if there are too many, or one is no
    /// block.
    #[must_use]
    pub fn from_parts(closed: Vec<Block>) -> Option<Self> {
        let is_block = |block: &Block| {
            let whole = block.outcomes > 0 && block.outcomes.is_multiple_of(Self::LENGTH);
            whole && block.failed <= block.outcomes
        };
        let fits = closed.len() <= Self::MAX && closed.iter().all(is_block);
        let covered = closed.iter().copied().fold(Block::default(), Block::plus);
        fits.then_some(Self { closed, covered })
    }

    /// The blocks, the oldest first.
    #[must_use]
    pub fn closed(&self) -> &[Block] {
        &self.closed
    }

    /// All of them together: what came after is the block that is not full yet.
    #[must_use]
    pub const fn covered(&self) -> Block {
        self.covered
    }

    /// Closes a block where one is full, given how many outcomes there are and how many of them failed.
    pub(crate) fn count(&mut self, outcomes: u64, failed: u64) {
        let open = outcomes.saturating_sub(self.covered.outcomes);
        if open < Self::LENGTH {
            return;
        }
        let block = Block { outcomes: open, failed: failed.saturating_sub(self.covered.failed) };
        self.covered = self.covered.plus(block);
        if self.closed.len() == self.closed.capacity() {
            // Once for all: whoever counts does not wait for memory later.
            self.closed.reserve_exact((Self::MAX + 1).saturating_sub(self.closed.len()));
        }
        self.closed.push(block);
        if self.closed.len() > Self::MAX {
            self.merge_older();
        }
    }

    /// Puts the older half together, two by two, where they are.
    fn merge_older(&mut self) {
        const OLDER: usize = Blocks::MAX / 2;
        for place in 0..OLDER / 2 {
            let pair = self.closed.get(2 * place..2 * place + 2).unwrap_or_default();
            let both = pair.iter().copied().fold(Block::default(), Block::plus);
            if let Some(merged) = self.closed.get_mut(place) {
                *merged = both;
            }
        }
        self.closed.drain(OLDER / 2..OLDER);
    }
}
