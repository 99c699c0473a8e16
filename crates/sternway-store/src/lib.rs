//! The storage port of Sternway, its contract, and its implementation over an ordered key-value map.
