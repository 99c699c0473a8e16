//! What the stories across crates are told with: see `tests/` and `benches/`.

pub mod fuzz;
pub mod sim;
