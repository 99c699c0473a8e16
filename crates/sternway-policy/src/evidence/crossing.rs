//! Where a count crosses a threshold.

/// The least number, up to the most, from which on something holds. Nothing if it does not hold for
/// the most: what holds for a number holds for every larger one.
pub(super) fn first(most: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    if !holds(most) {
        return None;
    }
    let (mut least, mut holding) = (0, most);
    while least < holding {
        let middle = least.midpoint(holding);
        if holds(middle) {
            holding = middle;
        } else {
            // Below `holding`, so that it fits.
            least = middle + 1;
        }
    }
    Some(holding)
}
