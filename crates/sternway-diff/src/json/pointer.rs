//! Places in a JSON value.

use std::{borrow::Cow, fmt};

/// A JSON Pointer (RFC 6901): `/tools/0/name`. The empty one names the whole value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// As it is written, for [`serde_json::Value::pointer`] and a patch.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The keys and positions on the way, unescaped.
    pub fn tokens(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.split('/').skip(1).map(|token| {
            if token.contains('~') {
                // In this order, or the escaped text `~1` would become a slash.
                Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
            } else {
                Cow::Borrowed(token)
            }
        })
    }

    /// Goes down by one, and says how to come [back](Self::leave).
    pub(super) fn enter(&mut self, step: Step<'_>) -> Parent {
        let parent = Parent(self.0.len());
        self.0.push('/');
        match step {
            Step::Key(key) => key.chars().for_each(|c| self.push_escaped(c)),
            Step::Position(position) => self.0.push_str(&position.to_string()),
        }
        parent
    }

    pub(super) fn leave(&mut self, parent: Parent) {
        self.0.truncate(parent.0);
    }

    fn push_escaped(&mut self, c: char) {
        match c {
            '~' => self.0.push_str("~0"),
            '/' => self.0.push_str("~1"),
            _ => self.0.push(c),
        }
    }

    pub(super) fn child(&self, step: Step<'_>) -> Self {
        let mut child = self.clone();
        child.enter(step);
        child
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One step down.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    Key(&'a str),
    Position(usize),
}

/// The length of a pointer before it went down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parent(usize);
