//! What `sternway-policy` promises, seen from outside.

mod aging;
mod all_failed;
mod breach;
mod compare;
mod degraded;
mod evidence;
mod failure;
mod guide;
mod in_a_row;
mod order;
mod paired;
mod properties;
mod script;
mod sequential;
mod signature_errors;
mod stability;
mod stretch;
mod tiers;
mod verdict;

use sternway_policy::View;

#[test]
fn a_view_can_cross_threads() {
    const fn check<T: Send + Sync + Copy>() {}
    check::<View<'_>>();
}
