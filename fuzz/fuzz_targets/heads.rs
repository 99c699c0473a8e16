//! Keys, and files that say where a store stands.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sternway_tests::fuzz::heads(data));
