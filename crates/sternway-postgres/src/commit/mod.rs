//! The log lane: changesets and replays, decided here and committed in one call of the database.

mod document;
mod group;
mod ledger;
mod load;
mod needs;
mod template;

pub(crate) use self::{
    group::{Answer, Asked, Job, commit, rehearse},
    load::{Contents, load},
    needs::Needs,
};
