//! What git prints of a history.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sternway_tests::fuzz::git_history(data));
