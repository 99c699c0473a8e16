//! The vocabulary of Sternway: ids, records, policies as data, changesets, and their invariants.
