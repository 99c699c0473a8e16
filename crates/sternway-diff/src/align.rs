//! An edit script between two sequences, in bounded time without a clock.
//!
//! Limits: past [`MAX_SEARCHED`] differing items, only runs that occur once on each side hold the
//! two sequences together; what they leave uncut may be replaced as a whole.

use std::{collections::HashMap, hash::Hash, iter, ops::Range};

use similar::{Algorithm, DiffOp, DiffTag};

/// How many differing items, both sides together, one search may look at.
///
/// A search of this size takes a fifth of a second on the worst inputs we know, and grows faster
/// than its input from there.
const MAX_SEARCHED: usize = 100_000;

/// How many items all searches between the cuts of a large input may look at.
const MAX_SEARCHED_IN_ALL: usize = 1_000_000;

/// How many items in a row must occur once on each side to cut a large input there. Where single
/// items leave too much between them, because they repeat, longer runs are tried.
const RUNS: [usize; 3] = [1, 8, 32];

/// The edit script that makes `new` out of `old`.
///
/// Operations are in order, cover both sequences completely, and no two equal ones are neighbors.
pub(crate) fn align<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<DiffOp> {
    align_within(MAX_SEARCHED, MAX_SEARCHED_IN_ALL, old, new)
}

fn align_within<T: Eq + Hash>(limit: usize, budget: usize, old: &[T], new: &[T]) -> Vec<DiffOp> {
    let mut known = HashMap::new();
    let old = identify(&mut known, old);
    let new = identify(&mut known, new);
    let (prefix, suffix) = common_ends(&old, &new);
    if old.len() + new.len() - 2 * (prefix + suffix) <= limit {
        return similar::capture_diff_slices(Algorithm::Myers, &old, &new);
    }
    let mut script = Script { limit, budget, old: &old, new: &new, ops: Vec::new() };
    script.between(0..old.len(), 0..new.len(), &RUNS);
    script.ops
}

/// Numbers the items, so that each is hashed once and compared as an integer from then on.
fn identify<'a, T: Eq + Hash>(known: &mut HashMap<&'a T, usize>, items: &'a [T]) -> Vec<usize> {
    items
        .iter()
        .map(|item| {
            let next = known.len();
            *known.entry(item).or_insert(next)
        })
        .collect()
}

fn common_ends(old: &[usize], new: &[usize]) -> (usize, usize) {
    let same = |(left, right): &(&usize, &usize)| left == right;
    let prefix = old.iter().zip(new).take_while(same).count();
    let rest = old.len().min(new.len()) - prefix;
    let suffix = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
    (prefix, suffix)
}

struct Script<'a> {
    limit: usize,
    budget: usize,
    old: &'a [usize],
    new: &'a [usize],
    ops: Vec<DiffOp>,
}

impl Script<'_> {
    fn between(&mut self, old: Range<usize>, new: Range<usize>, runs: &[usize]) {
        let (prefix, suffix) = common_ends(slice(self.old, &old), slice(self.new, &new));
        let old_middle = old.start + prefix..old.end - suffix;
        let new_middle = new.start + prefix..new.end - suffix;
        self.keep(old.start, new.start, prefix);
        if old_middle.is_empty() || new_middle.is_empty() {
            self.replace(&old_middle, &new_middle);
        } else if old_middle.len() + new_middle.len() <= self.limit.min(self.budget) {
            self.budget -= old_middle.len() + new_middle.len();
            self.search(&old_middle, &new_middle);
        } else {
            self.cut(&old_middle, &new_middle, runs);
        }
        self.keep(old.end - suffix, new.end - suffix, suffix);
    }

    /// Cuts the ranges where runs of the first length are unique on both sides.
    fn cut(&mut self, old: &Range<usize>, new: &Range<usize>, runs: &[usize]) {
        let Some((run, longer)) = runs.split_first() else { return self.replace(old, new) };
        let (mut old_at, mut new_at) = (old.start, new.start);
        for (left, right) in anchors(*run, slice(self.old, old), slice(self.new, new)) {
            let (left, right) = (old.start + left, new.start + right);
            self.between(old_at..left, new_at..right, longer);
            // The rest of the run is what the next piece begins with.
            self.keep(left, right, 1);
            (old_at, new_at) = (left + 1, right + 1);
        }
        self.between(old_at..old.end, new_at..new.end, longer);
    }

    fn search(&mut self, old: &Range<usize>, new: &Range<usize>) {
        let (left, right) = (slice(self.old, old), slice(self.new, new));
        for op in similar::capture_diff_slices(Algorithm::Myers, left, right) {
            let (tag, left, right) = op.as_tag_tuple();
            let left = old.start + left.start..old.start + left.end;
            let right = new.start + right.start..new.start + right.end;
            if tag == DiffTag::Equal {
                self.keep(left.start, right.start, left.len());
            } else {
                self.replace(&left, &right);
            }
        }
    }

    fn keep(&mut self, old_index: usize, new_index: usize, len: usize) {
        if let Some(DiffOp::Equal { len: before, .. }) = self.ops.last_mut() {
            *before += len;
        } else if len > 0 {
            self.ops.push(DiffOp::Equal { old_index, new_index, len });
        }
    }

    fn replace(&mut self, old: &Range<usize>, new: &Range<usize>) {
        let (old_index, old_len) = (old.start, old.len());
        let (new_index, new_len) = (new.start, new.len());
        match (old_len, new_len) {
            (0, 0) => (),
            (_, 0) => self.ops.push(DiffOp::Delete { old_index, old_len, new_index }),
            (0, _) => self.ops.push(DiffOp::Insert { old_index, new_index, new_len }),
            _ => self.ops.push(DiffOp::Replace { old_index, old_len, new_index, new_len }),
        }
    }
}

fn slice<'a>(items: &'a [usize], range: &Range<usize>) -> &'a [usize] {
    items.get(range.clone()).unwrap_or_default()
}

/// The longest list of places, ascending on both sides, where a run that occurs once on each side
/// begins.
fn anchors(run: usize, old: &[usize], new: &[usize]) -> Vec<(usize, usize)> {
    let (once_old, once_new) = (singles(run, old), singles(run, new));
    let pairs: Vec<(usize, usize)> = old
        .windows(run)
        .filter_map(|items| Some(((*once_old.get(items)?)?, (*once_new.get(items)?)?)))
        .collect();
    ascending(&pairs)
}

/// Where each run begins, or nothing when it occurs more than once.
fn singles(run: usize, items: &[usize]) -> HashMap<&[usize], Option<usize>> {
    let mut places = HashMap::new();
    for (place, items) in items.windows(run).enumerate() {
        places.entry(items).and_modify(|seen| *seen = None).or_insert(Some(place));
    }
    places
}

/// The longest subsequence whose second numbers ascend (the first ones already do).
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // Invariant: `ends` holds, for each length, the run that ends lowest, as (its last second
    // number, its index in `links`); so the second numbers in `ends` ascend.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut links: Vec<Link> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let length = ends.partition_point(|(end, _)| *end < pair.1);
        let before = length.checked_sub(1).and_then(|shorter| ends.get(shorter)).map(|end| end.1);
        match ends.get_mut(length) {
            Some(end) => *end = (pair.1, links.len()),
            None => ends.push((pair.1, links.len())),
        }
        links.push(Link { pair: *pair, before });
    }
    let last = ends.last().and_then(|(_, link)| links.get(*link));
    let mut run: Vec<(usize, usize)> =
        iter::successors(last, |link| link.before.and_then(|before| links.get(before)))
            .map(|link| link.pair)
            .collect();
    run.reverse();
    run
}

struct Link {
    pair: (usize, usize),
    before: Option<usize>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Checks what every script promises, and returns how many items it keeps.
    fn check(limit: usize, budget: usize, old: &[u8], new: &[u8]) -> usize {
        let (mut old_at, mut new_at, mut kept) = (0, 0, Vec::new());
        for op in align_within(limit, budget, old, new) {
            let (tag, left, right) = op.as_tag_tuple();
            assert_eq!((left.start, right.start), (old_at, new_at), "a gap or an overlap");
            assert!(left.len() + right.len() > 0, "an empty operation");
            (old_at, new_at) = (left.end, right.end);
            if tag == DiffTag::Equal {
                assert_eq!(old.get(left.clone()), new.get(right));
                kept.push(left.len());
            } else {
                kept.push(0);
            }
        }
        assert_eq!((old_at, new_at), (old.len(), new.len()), "not covered");
        assert!(kept.windows(2).all(|pair| pair.contains(&0)), "equal neighbors");
        kept.iter().sum()
    }

    #[test]
    fn a_small_input_is_searched_exactly() {
        assert_eq!(check(100, 0, b"abcabba", b"cbabac"), 4);
    }

    #[test]
    fn an_item_that_is_unique_on_both_sides_holds_a_large_input_together() {
        assert_eq!(check(0, 0, b"aa1aabb2bb", b"ba1abaa2ab"), 5);
    }

    #[test]
    fn a_run_of_repeating_items_holds_a_large_input_together() {
        assert_eq!(check(0, 0, b"xyxabaabbabyyx", b"yxyabaabbabxxy"), 8);
    }

    #[test]
    fn a_large_input_without_unique_runs_keeps_its_ends() {
        assert_eq!(check(0, 0, b"xyabababxy", b"xybabababaxy"), 4);
    }

    #[test]
    fn a_spent_budget_keeps_what_was_cut() {
        let (old, new) = (b"aab1aab2", b"aba1aba2");
        assert_eq!(check(5, 100, old, new), 6);
        assert_eq!(check(5, 4, old, new), 5);
    }

    proptest! {
        #[test]
        fn a_script_covers_both_sides_at_every_limit(
            limit in 0_usize..20,
            budget in 0_usize..40,
            old in proptest::collection::vec(0_u8..9, 0..40),
            new in proptest::collection::vec(0_u8..9, 0..40),
        ) {
            check(limit, budget, &old, &new);
        }
    }
}
