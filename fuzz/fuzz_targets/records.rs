//! Records and other stored shapes in JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sternway_tests::fuzz::records(data));
