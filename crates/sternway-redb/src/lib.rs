//! The embedded store of Sternway: its key-value port on redb.
