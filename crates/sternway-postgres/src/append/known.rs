//! What this process knows of subjects: what their logs added up to when it last looked.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use sternway_store::Tallies;
use sternway_types::{NamespaceId, Subject};

/// How many subjects are remembered: each takes some kilobytes. More of them are asked for again.
const REMEMBERED: usize = 2_048;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Known {
    subjects: Mutex<HashMap<(NamespaceId, Subject), Tallies>>,
}

impl Known {
    /// What is known of a subject; nothing known is nothing counted.
    pub(super) fn of(&self, ns: &NamespaceId, subject: &Subject) -> Tallies {
        let subjects = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        subjects.get(&(ns.clone(), subject.clone())).cloned().unwrap_or_default()
    }

    pub(super) fn remember(&self, ns: &NamespaceId, subject: &Subject, tallies: &Tallies) {
        let mut subjects = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        if subjects.len() >= REMEMBERED {
            subjects.clear();
        }
        subjects.insert((ns.clone(), subject.clone()), tallies.clone());
    }
}
