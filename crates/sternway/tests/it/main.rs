//! What the facade promises beyond the crates that it names.

mod dim;
mod live;
mod open;
mod outcome;
