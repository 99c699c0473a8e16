//! The drivers of Sternway: publish, promote, record, judge, roll back, sweep, watch.
