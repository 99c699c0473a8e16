//! How single values are written for people: sizes, times, digests, texts.

pub(crate) mod duration;
pub(crate) mod number;
pub(crate) mod person;
pub(crate) mod shell;
pub(crate) mod visible;
pub(crate) mod when;
