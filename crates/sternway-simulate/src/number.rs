//! Counts and shares as numbers and as words.

/// The nearest float. Up to 2^53 it is the count itself.
#[expect(clippy::cast_precision_loss, reason = "the nearest float is what was asked for")]
pub(crate) const fn float(count: u64) -> f64 {
    count as f64
}

/// The count below a number, or 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast keeps within what fits"
)]
pub(crate) const fn floor(number: f64) -> u64 {
    number as u64
}

/// A share of runs in percent: with two digits where those below 1 %, or above 99 %, would look alike.
pub(crate) fn percent(count: u64, of: u64) -> String {
    let percent = 100.0 * float(count) / float(of.max(1));
    if count == 0 || count == of {
        format!("{percent:.0} %")
    } else if (1.0..99.0).contains(&percent) {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.2} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_near_the_ends_have_more_digits() {
        let cases =
            [(0, "0 %"), (28, "0.28 %"), (150, "1.5 %"), (9_998, "99.98 %"), (10_000, "100 %")];
        for (count, expected) in cases {
            assert_eq!(percent(count, 10_000), expected);
        }
        assert_eq!(percent(0, 0), "0 %");
    }
}
