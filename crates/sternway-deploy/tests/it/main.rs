//! What `sternway-deploy` promises, seen from outside.

mod deadlines;
mod make;
mod people;
mod properties;
mod steps;
mod strategies;
