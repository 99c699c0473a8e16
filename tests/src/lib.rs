//! What the stories across crates are told with: see `tests/` and `benches/`.

pub mod driver;
pub mod faults;
pub mod fuzz;
pub mod sim;
#[cfg(unix)]
pub mod traffic;
