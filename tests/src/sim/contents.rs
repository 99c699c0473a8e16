//! The contents of a story, and what each is said to resemble.
//!
//! Most are a line away from the version before them, which is how they become deltas; a few are kept
//! in chunks. Many come again, since steps do.

use std::collections::BTreeMap;

use sternway::{
    store::{Batch, Store, StoreError},
    types::{ArtifactId, Content, Digest},
};

use super::dice::Dice;

/// How many lines make a content that is kept in chunks: some 300 KB.
const LARGE: usize = 20_000;

/// The letters of the tables that say which contents are deltas, and that hold chunks.
const DELTAS: u8 = b'x';
const CHUNKS: u8 = b'z';

/// A content on its way, and what it is said to be near to.
#[derive(Clone, Debug)]
pub(super) struct Put {
    pub(super) content: Content,
    near: Option<Digest>,
}

impl Put {
    pub(super) async fn play(&self, store: &dyn Store) -> Result<(), StoreError> {
        store.put(&self.content, self.near.as_ref()).await
    }
}

/// Makes up contents. The dice are its own, so that other steps do not hang on how long a text is.
pub(super) struct Contents {
    dice: Dice,
    /// What was said last of each artifact, whether it came to be or not: a hint may be in vain.
    newest: BTreeMap<ArtifactId, Content>,
}

impl Contents {
    pub(super) fn new(seed: u64) -> Self {
        Self { dice: Dice::of(seed, "contents"), newest: BTreeMap::new() }
    }

    /// The next content of an artifact. What is named as near is its newest, as drivers do, also
    /// where that is another text altogether.
    pub(super) fn next(
        &mut self,
        artifact: &ArtifactId,
    ) -> Result<Put, Box<dyn std::error::Error + Send + Sync>> {
        let before = self.newest.get(artifact).cloned();
        let edited = before.as_ref().filter(|_| self.dice.chance(3, 4));
        let text = match edited.and_then(|before| before.as_text()) {
            Some(before) => self.edited(before),
            None => self.anew(),
        };
        let content = Content::text(text, None)?;
        let near = before.filter(|_| self.dice.chance(7, 8)).map(|before| before.digest());
        self.newest.insert(artifact.clone(), content.clone());
        Ok(Put { content, near })
    }

    /// From a few bytes to some pages, and rarely far more.
    fn anew(&mut self) -> String {
        let few = self.dice.pick(1, [100, 200, 2_000]);
        let lines = if self.dice.chance(1, 48) { LARGE } else { few };
        (0..lines).map(|_| self.line() + "\n").collect()
    }

    /// The same but for one line.
    fn edited(&mut self, before: &str) -> String {
        let changed = self.dice.place(before.lines().count());
        let line = self.line();
        let lines = before.lines().enumerate();
        lines
            .flat_map(|(place, kept)| [if place == changed { line.as_str() } else { kept }, "\n"])
            .collect()
    }

    fn line(&mut self) -> String {
        format!("{} {}", self.dice.below(12), self.dice.below(1 << 40))
    }
}

/// How many deltas and how many chunks are among some rows.
pub(super) fn deltas_and_chunks(rows: &Batch) -> (u64, u64) {
    let count = |table: u8| rows.keys().filter(|key| key.first() == Some(&table)).count() as u64;
    (count(DELTAS), count(CHUNKS))
}
