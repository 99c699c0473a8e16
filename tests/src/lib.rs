//! What the stories across crates are told with: see `tests/` and `benches/`.

pub mod sim;
