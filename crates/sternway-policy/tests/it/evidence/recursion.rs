//! The exact probability of a decision, by forward recursion.

use std::collections::VecDeque;

/// What is so improbable that it is left out of the recursion. At most 10^-13 for the whole of one.
const NEGLIGIBLE: f64 = 1e-18;

/// The probability that a count of events, each of probability p, ever reaches its boundary within so
/// many draws. Whether it crosses is told by the number of draws and of events; more events cross where
/// fewer do, and fewer draws do where more do.
///
/// Only counts that are still possible are followed, below the boundary and not far below the mean, so
/// that 20,000 draws take a moment.
pub(crate) fn probability(p: f64, draws: u64, crosses: impl Fn(u64, u64) -> bool) -> f64 {
    let mut alive = VecDeque::from([1.0]);
    let (mut lowest, mut boundary, mut crossed) = (0, 0, 0.0);
    for draw in 1..=draws {
        alive.push_back(0.0);
        let mut one_less = 0.0;
        for mass in &mut alive {
            let here = *mass;
            *mass = here * (1.0 - p) + one_less * p;
            one_less = here;
        }
        while boundary <= draw && !crosses(draw, boundary) {
            boundary += 1;
        }
        while lowest + alive.len() as u64 > boundary {
            crossed += alive.pop_back().expect("a count at the boundary");
        }
        while alive.front().is_some_and(|mass| *mass < NEGLIGIBLE) && alive.len() > 1 {
            alive.pop_front();
            lowest += 1;
        }
    }
    crossed
}

#[test]
fn the_recursion_agrees_with_what_can_be_counted_by_hand() {
    // Two events of one half among three draws, as soon as there are two.
    let twice = probability(0.5, 3, |_, events| events >= 2);
    assert!((twice - 0.5).abs() < 1e-12, "{twice}");
    let at_once = probability(0.25, 10, |draws, events| draws == events);
    assert!((at_once - 0.25).abs() < 1e-12, "{at_once}");
}
