//! What runtimes print when a program fails, and what is read from it.
//!
//! The reports were printed by Python 3.11, Node.js 20, Java 17 and Rust 1.95. Paths are shortened,
//! some stack frames inside the runtimes are left out, and `→` stands for a tab.

mod broken;
mod java;
mod lookalike;
mod node;
mod node_odd;
mod older;
mod python;
mod rust;

use sternway_policy::failure::classify;
use sternway_types::Failure;

fn check(stderr: &str, class: Option<&str>, message: &str) {
    let class = class.map(|class| class.parse().expect("the expected class is one"));
    let expected = Failure::new(class, message);
    let stderr = stderr.replace('→', "\t");
    assert_eq!(classify(&stderr).as_ref(), Some(&expected));
    let other_ends = stderr.replace('\n', "\r\n");
    assert_eq!(classify(&other_ends), Some(expected), "with other line ends");
}
