//! The `sternway` binary.
fn main() {}
