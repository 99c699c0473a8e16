//! Finds the differences, going down both values at once.

use std::{iter, ops::Range};

use serde_json::{Map, Value};
use similar::DiffTag;

use super::{
    Change, Pointer,
    equality::{Element, same},
    pointer::Step,
};
use crate::align::align;

/// A change, and where a patch makes it.
#[derive(Clone, Debug)]
pub(super) struct Edit<'a> {
    pub(super) change: Change<'a>,
    /// The place in a value where every edit before this one was made. As arrays are walked from
    /// front to back, it is made of positions in the new value.
    pub(super) place: Pointer,
}

pub(super) fn compare<'a>(old: &'a Value, new: &'a Value) -> Vec<Edit<'a>> {
    Walk::between(old, new, None::<fn(&Pointer, &Pointer)>)
}

/// Names every leaf that both values have, by its old and its new place.
pub(crate) fn kept_leaves(old: &Value, new: &Value, kept: impl FnMut(&Pointer, &Pointer)) {
    Walk::between(old, new, Some(kept));
}

struct Walk<'a, K> {
    /// Where we are in the old value.
    old: Pointer,
    /// Where we are in the new value.
    new: Pointer,
    edits: Vec<Edit<'a>>,
    /// Who wants to know which leaves were kept. Where nobody does, what is equal is not walked.
    kept: Option<K>,
}

impl<'a, K: FnMut(&Pointer, &Pointer)> Walk<'a, K> {
    fn between(old: &'a Value, new: &'a Value, kept: Option<K>) -> Vec<Edit<'a>> {
        let (from, to) = (Pointer::default(), Pointer::default());
        let mut walk = Self { old: from, new: to, edits: Vec::new(), kept };
        walk.values(old, new);
        walk.edits
    }

    fn values(&mut self, old: &'a Value, new: &'a Value) {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) if !(old.is_empty() && new.is_empty()) => {
                self.objects(old, new);
            }
            (Value::Array(old), Value::Array(new)) if !(old.is_empty() && new.is_empty()) => {
                self.arrays(old, new);
            }
            _ if same(old, new) => self.leaf(),
            _ => self.changed(old, new),
        }
    }

    /// The leaf that stands here is kept.
    fn leaf(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept(&self.old, &self.new);
        }
    }

    fn objects(&mut self, old: &'a Map<String, Value>, new: &'a Map<String, Value>) {
        for (key, from) in old {
            match new.get(key) {
                Some(to) => self.below(Step::Key(key), Step::Key(key), from, to),
                None => self.removed(Step::Key(key), Step::Key(key), from),
            }
        }
        for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
            self.added(Step::Key(key), value);
        }
    }

    fn arrays(&mut self, old: &'a [Value], new: &'a [Value]) {
        let old: Vec<Element<'a>> = old.iter().map(Element::new).collect();
        let new: Vec<Element<'a>> = new.iter().map(Element::new).collect();
        for op in align(&old, &new) {
            let (tag, left, right) = op.as_tag_tuple();
            let (left, right) = (Elements::new(&old, left), Elements::new(&new, right));
            if tag != DiffTag::Equal {
                self.differing(left, right);
            } else if self.kept.is_some() {
                self.equal_elements(left, right);
            }
        }
    }

    fn equal_elements(&mut self, old: Elements<'_, 'a>, new: Elements<'_, 'a>) {
        for ((from_at, value), (to_at, _)) in old.numbered().zip(new.numbered()) {
            self.within(Step::Position(from_at), Step::Position(to_at), |walk| walk.equal(value));
        }
    }

    /// Names the leaves of a value that both sides have, which stand alike within it.
    fn equal(&mut self, value: &'a Value) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (key, member) in members {
                    self.within(Step::Key(key), Step::Key(key), |walk| walk.equal(member));
                }
            }
            Value::Array(elements) if !elements.is_empty() => {
                for (at, element) in elements.iter().enumerate() {
                    let step = Step::Position(at);
                    self.within(step, step, |walk| walk.equal(element));
                }
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => self.leaf(),
        }
    }

    /// What stands between elements that were kept.
    fn differing(&mut self, old: Elements<'_, 'a>, new: Elements<'_, 'a>) {
        for op in align(&old.identities(), &new.identities()) {
            let (_, left, right) = op.as_tag_tuple();
            self.pairs(old.part(left), new.part(right));
        }
    }

    fn pairs(&mut self, old: Elements<'_, 'a>, new: Elements<'_, 'a>) {
        let paired = old.items.len().min(new.items.len());
        for ((from_at, from), (to_at, to)) in old.numbered().zip(new.numbered()) {
            self.below(Step::Position(from_at), Step::Position(to_at), from, to);
        }
        for (at, value) in old.numbered().skip(paired) {
            // Each removal moves the next element to the same place.
            self.removed(Step::Position(at), Step::Position(new.start + paired), value);
        }
        for (at, value) in new.numbered().skip(paired) {
            self.added(Step::Position(at), value);
        }
    }

    fn below(&mut self, old_step: Step<'_>, new_step: Step<'_>, old: &'a Value, new: &'a Value) {
        self.within(old_step, new_step, |walk| walk.values(old, new));
    }

    fn within(&mut self, old_step: Step<'_>, new_step: Step<'_>, go_on: impl FnOnce(&mut Self)) {
        let parents = (self.old.enter(old_step), self.new.enter(new_step));
        go_on(self);
        self.old.leave(parents.0);
        self.new.leave(parents.1);
    }

    fn added(&mut self, step: Step<'_>, value: &'a Value) {
        let pointer = self.new.child(step);
        self.push(pointer.clone(), Change::Added { pointer, value });
    }

    fn removed(&mut self, old_step: Step<'_>, new_step: Step<'_>, value: &'a Value) {
        let pointer = self.old.child(old_step);
        self.push(self.new.child(new_step), Change::Removed { pointer, value });
    }

    fn changed(&mut self, from: &'a Value, to: &'a Value) {
        let pointer = self.new.clone();
        self.push(pointer.clone(), Change::Changed { pointer, from, to });
    }

    fn push(&mut self, place: Pointer, change: Change<'a>) {
        self.edits.push(Edit { change, place });
    }
}

/// A part of an array.
#[derive(Clone, Copy)]
struct Elements<'e, 'a> {
    items: &'e [Element<'a>],
    start: usize,
}

impl<'e, 'a> Elements<'e, 'a> {
    fn new(all: &'e [Element<'a>], range: Range<usize>) -> Self {
        let start = range.start;
        Self { items: all.get(range).unwrap_or_default(), start }
    }

    fn part(self, range: Range<usize>) -> Self {
        let start = self.start + range.start;
        Self { items: self.items.get(range).unwrap_or_default(), start }
    }

    fn numbered(self) -> impl Iterator<Item = (usize, &'a Value)> + use<'e, 'a> {
        iter::successors(Some(self.start), |at| Some(at + 1))
            .zip(self.items.iter().map(|element| element.value()))
    }

    fn identities(self) -> Vec<Identity<'a>> {
        self.items.iter().map(|element| Identity::of(element.value())).collect()
    }
}

/// What makes an element of an array the one it is, though its contents changed.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'a> {
    Member(&'static str, Element<'a>),
    Object,
    Array,
    Scalar,
}

impl<'a> Identity<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::Object(members) => ["id", "name", "key"]
                .into_iter()
                .filter_map(|key| Some((key, members.get(key)?)))
                .find(|(_, value)| value.is_string() || value.is_number())
                .map_or(Self::Object, |(key, value)| Self::Member(key, Element::new(value))),
            Value::Array(_) => Self::Array,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Self::Scalar,
        }
    }
}
