//! Stories across crates: see `tests/` and `benches/`.
