//! What is remembered of subjects.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use sternway_types::Subject;

/// Of how many subjects something is remembered. More of them are looked up again.
const REMEMBERED: usize = 1_024;

/// What one control knows of subjects and need not look up again.
#[derive(Debug)]
pub(crate) struct Remembered<T>(Mutex<HashMap<Subject, T>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Remembered<T> {
    pub(crate) fn of(&self, subject: &Subject) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(subject).cloned()
    }

    pub(crate) fn remember(&self, subject: &Subject, known: T) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(subject.clone(), known);
    }
}
