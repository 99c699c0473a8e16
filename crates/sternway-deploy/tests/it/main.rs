//! What `sternway-deploy` promises, seen from outside.

mod deadlines;
mod frozen;
mod health;
mod make;
mod noticed;
mod people;
mod properties;
mod shadows;
mod steps;
mod strategies;
