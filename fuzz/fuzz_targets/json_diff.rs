//! Diffs and patches of two JSON documents, parted by a NUL.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sternway_tests::fuzz::json_diff(data));
