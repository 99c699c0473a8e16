//! What comes in: files, standard input, and what they hold.

pub(crate) mod cut;
pub(crate) mod folder;
pub(crate) mod kind;
pub(crate) mod lines;
pub(crate) mod moment;
pub(crate) mod name;
pub(crate) mod outcome_line;
pub(crate) mod pair;
pub(crate) mod position;
pub(crate) mod source;
