//! What `sternway-deploy` promises, seen from outside.

mod awaited;
mod consent;
mod deadlines;
mod experiments;
mod frozen;
mod headers;
mod health;
mod make;
mod noticed;
mod people;
mod properties;
mod queued;
mod shadows;
mod starved;
mod steps;
mod strategies;
mod withdrawn;
