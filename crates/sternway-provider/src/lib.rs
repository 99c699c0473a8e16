//! What the host provides to Sternway: a clock and ids.
