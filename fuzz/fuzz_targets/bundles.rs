//! Bundles, and the entries of them.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sternway_tests::fuzz::bundles(data));
