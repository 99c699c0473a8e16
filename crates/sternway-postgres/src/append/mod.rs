//! The bulk lane: outcomes, counted once by their ids, in the order of each subject's log.
//!
//! The database gives every new outcome its place in the log, and keeps now and then what the first
//! so many of them add up to. What comes after is added up by whoever needs to know: no two processes
//! ever write the same sum against each other, so none has to begin again.

mod document;
mod group;
mod known;
mod noted;
mod runs;
mod tallies;

pub(crate) use self::{
    group::{Job, append, rehearse},
    known::Known,
    tallies::tallies,
};
