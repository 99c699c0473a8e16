//! Lines of `record --from`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sternway_tests::fuzz::outcome_line(data));
