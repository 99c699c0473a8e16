//! When deployments are looked at: what that costs follows what happens, however many are under way.

use std::time::Duration;

use sternway::types::{Revision, Timestamp};

/// When deployments are looked at all the same: who recorded the last outcome that a step waits for may have
/// died before the next step.
const STRAY: Duration = Duration::from_secs(60);

/// What the last look at the deployments found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Due {
    /// The newest revision then, and when that was; nothing if there was no look yet, or one must follow.
    seen: Option<(Revision, Timestamp)>,
    /// When time alone does something to one of them.
    at: Option<Timestamp>,
}

impl Due {
    /// Whether they are to be looked at.
    pub(super) fn is_now(&self, head: Revision, now: Timestamp) -> bool {
        let Some((seen, looked)) = self.seen else { return true };
        // A clock that went back says nothing about how long that was ago.
        let late = now < looked || now >= looked.saturating_add(STRAY);
        seen != head || late || self.at.is_some_and(|at| now >= at)
    }

    /// They are looked at, by this clock, where this is the newest revision.
    pub(super) const fn looked(now: Timestamp, head: Revision) -> Self {
        Self { seen: Some((head, now)), at: None }
    }

    /// One of them is due then.
    pub(super) fn note(&mut self, due: Option<Timestamp>) {
        self.at = self.at.into_iter().chain(due).min();
    }

    /// Something is in the way of one of them, and is tried again with the next look.
    pub(super) const fn again(&mut self) {
        self.seen = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn check(due: &Due, head: u64, seconds: i64, expected: bool) {
        assert_eq!(due.is_now(Revision::new(head), at(seconds)), expected, "{due:?} {seconds}");
    }

    #[test]
    fn nothing_is_looked_at_twice_where_nothing_happened() {
        check(&Due::default(), 0, 0, true);
        let due = Due::looked(at(100), Revision::new(7));
        for (head, seconds, expected) in
            [(7, 100, false), (7, 159, false), (8, 100, true), (7, 160, true), (7, 99, true)]
        {
            check(&due, head, seconds, expected);
        }
    }

    #[test]
    fn what_is_due_first_and_what_was_in_the_way_is_looked_at() {
        let mut due = Due::looked(at(100), Revision::new(7));
        for seconds in [130, 110, 120] {
            due.note(Some(at(seconds)));
        }
        due.note(None);
        check(&due, 7, 109, false);
        check(&due, 7, 110, true);
        due.again();
        check(&due, 7, 101, true);
    }
}
