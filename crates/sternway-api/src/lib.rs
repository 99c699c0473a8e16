//! What people and programs are shown: views of every record, and problem codes.
//!
//! The views are the one JSON schema of the command line and of every server. They are structs of
//! their own, so that a field renamed inside Sternway breaks nobody's program.

mod problem;

pub use crate::problem::{Problem, ProblemCode};
