//! A plain model of a namespace, written without a look at any store: what was committed is a list,
//! and every read goes through all of it.
//!
//! `History` answers reads, `decide` says what a changeset must be answered with, `Counts` does
//! the same for outcomes, and `play` lets a store and the model live through the same story.

mod agreement;
mod counts;
mod decide;
mod decide_deployed;
mod decide_protected;
mod decide_queued;
mod decide_record;
mod decide_told;
mod deploying;
mod history;
mod operation;
mod play;
mod pointing;
mod sketch;

pub(crate) use self::{
    agreement::{agrees_with_its_feed, single_reads_agree},
    operation::{Step, steps},
    play::play,
};
