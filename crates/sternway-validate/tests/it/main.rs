//! What a JSON Schema lets through, and how it says what it does not.

mod check;
mod compile;
