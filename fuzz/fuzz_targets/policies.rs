//! Policies in TOML and in JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sternway_tests::fuzz::policies(data));
