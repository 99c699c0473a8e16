//! Keys, read part by part.

use sternway_types::{EnvironmentId, Generation, LabelId, PointerName, Subject, VersionNumber};

/// Reads a key from its front, part by part.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyReader<'a>(&'a [u8]);

impl<'a> KeyReader<'a> {
    /// Skips the letter of the table.
    pub(super) fn new(key: &'a [u8]) -> Option<Self> {
        key.split_first().map(|(_, rest)| Self(rest))
    }

    fn text(&mut self) -> Option<&'a str> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let (name, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.get(1..)?;
        str::from_utf8(name).ok()
    }

    pub(super) fn name<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.text()?.parse().ok()
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*array)
    }

    /// Whether nothing is left of it.
    pub(super) const fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn pointer(&mut self) -> Option<PointerName> {
        match self.array::<1>()? {
            [b'e'] => self.name::<EnvironmentId>().map(PointerName::Environment),
            [b'l'] => self.name::<LabelId>().map(PointerName::Label),
            _ => None,
        }
    }

    pub(super) fn subject(&mut self) -> Option<Subject> {
        Some(Subject {
            artifact: self.name()?,
            environment: self.name()?,
            version: VersionNumber::new(self.number()?)?,
            generation: Generation::new(self.number()?),
        })
    }
}
