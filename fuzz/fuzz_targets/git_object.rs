//! What git prints of an object.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sternway_tests::fuzz::git_object(data));
