//! Freeze windows: when nothing goes forward, by the calendar.

mod rule;
mod window;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use self::{
    rule::RecurrenceError,
    window::{FreezeWindow, Stretch, WindowError},
};
use crate::{Timestamp, WindowId};

/// Why windows are not those of an environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WindowsError {
    /// There is a limit to what is looked at whenever something goes forward.
    #[error("an environment has at most {limit} freeze windows", limit = FreezeWindows::MOST)]
    TooMany,
    /// Two are called the same.
    #[error("two freeze windows are called {0}: each has a name of its own")]
    Twice(WindowId),
    /// None is called so.
    #[error("there is no freeze window called {0}")]
    NoWindow(WindowId),
}

/// The freeze windows of an environment, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<FreezeWindow>")]
pub struct FreezeWindows(
    // Invariant: at most `MOST`, strictly increasing by name.
    Vec<FreezeWindow>,
);

impl FreezeWindows {
    /// The most windows of an environment.
    pub const MOST: usize = 16;

    /// No window.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &FreezeWindow> {
        self.0.iter()
    }

    /// Adds a window, or puts it in the place of the one that is called the same.
    ///
    /// # Errors
    ///
    /// [`WindowsError::TooMany`] if there are [`FreezeWindows::MOST`] others.
    pub fn set(&mut self, window: FreezeWindow) -> Result<(), WindowsError> {
        self.0.retain(|other| other.name() != window.name());
        if self.0.len() >= Self::MOST {
            return Err(WindowsError::TooMany);
        }
        let place = self.0.partition_point(|other| other.name() < window.name());
        self.0.insert(place, window);
        Ok(())
    }

    /// Takes a window away.
    ///
    /// # Errors
    ///
    /// [`WindowsError::NoWindow`] if there is none of this name.
    pub fn remove(&mut self, name: &WindowId) -> Result<(), WindowsError> {
        let before = self.0.len();
        self.0.retain(|window| window.name() != name);
        if self.0.len() < before { Ok(()) } else { Err(WindowsError::NoWindow(name.clone())) }
    }

    /// The window that is open at a moment, the one that closes last, and for how long it is.
    #[must_use]
    pub fn open_at(&self, at: Timestamp) -> Option<(&FreezeWindow, Stretch)> {
        let open = self.iter().filter_map(|window| Some((window, window.open_at(at)?)));
        open.max_by_key(|(_, stretch)| stretch.closes)
    }

    /// The names of all that are open at a moment.
    #[must_use]
    pub fn names_at(&self, at: Timestamp) -> BTreeSet<WindowId> {
        let open = self.iter().filter(|window| window.open_at(at).is_some());
        open.map(|window| window.name().clone()).collect()
    }

    /// When one of them opens or closes next after a moment.
    #[must_use]
    pub fn next_edge(&self, at: Timestamp) -> Option<Timestamp> {
        let edge = |window: &FreezeWindow| match window.open_at(at) {
            Some(open) => Some(open.closes),
            None => window.opens_next(at).map(|next| next.opens),
        };
        self.iter().filter_map(edge).min()
    }

    /// Whether each window of these that may open again is one of others as well.
    #[must_use]
    pub fn are_kept_by(&self, others: &Self, at: Timestamp) -> bool {
        self.iter().all(|window| others.0.contains(window) || window.is_over(at))
    }
}

impl TryFrom<Vec<FreezeWindow>> for FreezeWindows {
    type Error = WindowsError;

    fn try_from(windows: Vec<FreezeWindow>) -> Result<Self, WindowsError> {
        let mut all = Self::default();
        for window in windows {
            if all.iter().any(|other| other.name() == window.name()) {
                return Err(WindowsError::Twice(window.name().clone()));
            }
            all.set(window)?;
        }
        Ok(all)
    }
}
