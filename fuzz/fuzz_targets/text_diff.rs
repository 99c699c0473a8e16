//! Diffs of two texts, parted by a NUL.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sternway_tests::fuzz::text_diff(data));
