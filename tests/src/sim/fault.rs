//! What goes wrong with a disk, and when.

use std::io;

use sternway::store::StoreError;

use super::dice::Dice;

/// What a disk is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Bytes.
    Read,
    /// Taking bytes.
    Write,
    /// Making everything durable.
    Sync,
    /// Another length of the file.
    SetLen,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The power goes.
    PowerCut,
    /// The disk fails (`EIO`).
    Io,
    /// There is no room (`ENOSPC`).
    Full,
}

impl Kind {
    pub(super) fn error(self) -> io::Error {
        match self {
            Self::PowerCut => io::Error::other("the power went"),
            Self::Io => io::Error::other("the disk failed"),
            Self::Full => io::Error::new(io::ErrorKind::StorageFull, "the disk is full"),
        }
    }

    /// Whether this is what a caller may be told of it.
    #[must_use]
    pub const fn explains(self, err: &StoreError) -> bool {
        match self {
            Self::PowerCut | Self::Io => matches!(err, StoreError::Unavailable(_)),
            // What comes after it finds the file closed to writers until it is opened again.
            Self::Full => matches!(err, StoreError::Full(_) | StoreError::Unavailable(_)),
        }
    }
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    kind: Kind,
    /// Nothing for any.
    on: Option<Operation>,
    /// How many of them go well before.
    after: u64,
    /// Whether all that come after fail as well.
    lasts: Lasts,
}

/// How often something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// Once.
    Once,
    /// From then on.
    ForEver,
}

impl Fault {
    /// The power goes at one of the next operations.
    #[must_use]
    pub const fn power_cut(after: u64) -> Self {
        Self { kind: Kind::PowerCut, on: None, after, lasts: Lasts::Once }
    }

    /// One of the next operations fails.
    #[must_use]
    pub const fn failing(kind: Kind, on: Option<Operation>, after: u64, lasts: Lasts) -> Self {
        Self { kind, on, after, lasts }
    }

    /// Something, within about so many operations.
    pub fn roll(dice: &mut Dice, within: u64) -> Self {
        if dice.chance(1, 2) {
            return Self::power_cut(dice.below(within));
        }
        let kind = dice.pick(Kind::Io, [Kind::Full]);
        // Some operations are rare, and would hardly ever be met by counting all.
        let (on, rare) = match dice.below(6) {
            0 => (Some(Operation::Read), 4),
            1 => (Some(Operation::Sync), 8),
            2 => (Some(Operation::SetLen), within),
            3 => (Some(Operation::Write), 1),
            _ => (None, 1),
        };
        let lasts = dice.pick(Lasts::Once, [Lasts::ForEver]);
        Self { kind, on, after: dice.below(within / rare), lasts }
    }

    /// Counts an operation down, and says what strikes it.
    pub(super) fn strikes(&mut self, operation: Operation) -> Option<Kind> {
        // Reading takes no room.
        let spared = self.kind == Kind::Full && operation == Operation::Read;
        if spared || self.on.is_some_and(|on| on != operation) {
            return None;
        }
        match self.after.checked_sub(1) {
            Some(after) => {
                self.after = after;
                None
            }
            None => Some(self.kind),
        }
    }

    pub(super) const fn lasts(&self) -> bool {
        matches!(self.lasts, Lasts::ForEver)
    }
}
