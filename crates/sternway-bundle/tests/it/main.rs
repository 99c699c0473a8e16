//! Bundles: what is written is read again, and what is not as it was written is refused by name.

#![cfg(test)]

mod cut;
mod forged;
mod round_trip;
mod world;
