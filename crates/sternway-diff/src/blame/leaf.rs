//! Leaves of a JSON document.

use std::{collections::HashMap, fmt, mem};

use serde_json::Value;

use crate::json::{Pointer, kept_leaves, leaves};

/// Finds who wrote each leaf of a JSON document, going back version by version. Leaves are compared
/// as JSON means them, so that `1` and `1.0`, or another order of keys, are nobody's writing.
#[must_use]
pub struct LeafBlame<V> {
    /// The document that was reached, and its version.
    document: Value,
    version: V,
    /// The leaves that were in every document so far: where the one that was reached has them, and
    /// their index in `leaves`.
    open: HashMap<Pointer, usize>,
    /// Every leaf, and who wrote it if that is settled.
    leaves: Vec<(Pointer, Option<V>)>,
}

impl<V: Clone> LeafBlame<V> {
    /// Begins with the document that is asked about.
    pub fn new(document: Value, version: V) -> Self {
        let pointers: Vec<Pointer> =
            leaves(&document).into_iter().map(|(pointer, _)| pointer).collect();
        let open = pointers.iter().cloned().enumerate().map(|(at, pointer)| (pointer, at));
        let open = open.collect();
        let leaves = pointers.into_iter().map(|pointer| (pointer, None)).collect();
        Self { document, version, open, leaves }
    }

    /// Whether nothing is left to be found out.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.open.is_empty()
    }

    /// Goes back to the version that the one reached was made from.
    pub fn back(&mut self, document: Value, version: V) {
        let (mut new, mut kept) = (mem::take(&mut self.open), HashMap::new());
        kept_leaves(&document, &self.document, |older, newer| {
            if let Some(leaf) = new.remove(newer) {
                kept.insert(older.clone(), leaf);
            }
        });
        for leaf in new.into_values() {
            if let Some((_, writer)) = self.leaves.get_mut(leaf) {
                *writer = Some(self.version.clone());
            }
        }
        (self.open, self.document, self.version) = (kept, document, version);
    }

    /// Goes back to a version with the same content.
    pub fn pass_on(&mut self, version: V) {
        self.version = version;
    }

    /// Ends the walk: what is open was written by the version that was reached. The leaves are in
    /// the order of the document.
    #[must_use]
    pub fn settle(self) -> Vec<(Pointer, V)> {
        let reached = self.version;
        let settled = |(pointer, writer): (Pointer, Option<V>)| {
            (pointer, writer.unwrap_or_else(|| reached.clone()))
        };
        self.leaves.into_iter().map(settled).collect()
    }
}

impl<V: fmt::Debug> fmt::Debug for LeafBlame<V> {
    /// Shows the counts only: a content may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeafBlame")
            .field("version", &self.version)
            .field("open", &self.open.len())
            .field("leaves", &self.leaves.len())
            .finish_non_exhaustive()
    }
}
