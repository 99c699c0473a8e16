//! The stored values of a store, changed with checksums that match.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sternway_tests::fuzz::rows(data));
