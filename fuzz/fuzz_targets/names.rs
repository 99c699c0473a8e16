//! Ids, references, selectors, digests, times: what is written as one word.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sternway_tests::fuzz::names(data));
