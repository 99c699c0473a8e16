//! What `sternway-deploy` promises, seen from outside.

mod awaited;
mod consent;
mod deadlines;
mod frozen;
mod health;
mod make;
mod people;
mod properties;
mod shadows;
mod steps;
mod strategies;
