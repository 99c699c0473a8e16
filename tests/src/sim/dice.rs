//! Chance that a seed repeats.

/// A sequence of numbers that looks random and follows from its seed (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of one part of a run. Each part has its own, so that a draw more in one place shifts
    /// nothing in another.
    #[must_use]
    pub fn of(seed: u64, part: &str) -> Self {
        let mut dice = Self(seed);
        for byte in part.bytes() {
            dice.0 = dice.roll() ^ u64::from(byte);
        }
        dice
    }

    const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below `end`; 0 if `end` is 0.
    pub const fn below(&mut self, end: u64) -> u64 {
        match self.roll().checked_rem(end) {
            Some(number) => number,
            None => 0,
        }
    }

    /// A place in something of this length.
    pub fn place(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or_default()
    }

    /// Whether something happens that happens `times` out of `of` times.
    pub const fn chance(&mut self, times: u64, of: u64) -> bool {
        self.below(of) < times
    }

    /// One of some things.
    pub fn pick<T: Copy, const N: usize>(&mut self, first: T, others: [T; N]) -> T {
        let other = self.place(N + 1).checked_sub(1);
        other.and_then(|place| others.get(place).copied()).unwrap_or(first)
    }
}
