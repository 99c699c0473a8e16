//! What `sternway-types` promises, seen from outside.

mod actor;
mod changeset;
mod content;
mod crossing;
mod digest;
mod golden;
mod golden_changeset;
mod id;
mod json;
mod make;
mod measure;
mod metadata;
mod number;
mod outcome;
mod policy;
mod policy_refused;
mod ratio;
mod record;
mod reference;
mod scope;
mod tally;
mod text;
mod time;
mod tree;
mod tree_path;
mod uuid;
