//! Version what AI agents change while they run, and take bad versions back.
