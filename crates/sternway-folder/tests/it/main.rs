//! Folders on disk: read whole, written at once.

mod new;
mod round_trip;
mod scan;
mod world;
