//! The tests that every Sternway store must pass, each named after the promise it proves.
