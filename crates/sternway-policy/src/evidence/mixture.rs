//! Sums and means of e-values, in logarithms: an e-value itself leaves the range of a float after a
//! few thousand outcomes.
//!
//! All of `evidence` takes its logarithms and exponentials from `libm`, which is plain Rust: those of
//! the standard library are the platform's, and two machines might disagree on a verdict.

/// The exponential of this is 3.1e-17, less than 2^-54.
const LOST_BESIDE_ONE: f64 = -38.0;

/// The logarithm of the mean of the exponentials.
pub(super) fn ln_mean_exp<const K: usize>(exponents: &[f64; K]) -> f64 {
    let most = largest(exponents.iter().copied());
    let sum: f64 = exponents.iter().map(|exponent| libm::exp(exponent - most)).sum();
    // A handful of alternatives: exact.
    most + libm::log(sum / K as f64)
}

/// The logarithm of the sum of the exponentials.
pub(super) fn ln_sum_exp(exponents: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = largest(exponents.clone());
    let sum: f64 = exponents.map(|exponent| libm::exp(exponent - most)).sum();
    most + libm::log(sum)
}

/// The logarithm of the sum of two exponentials.
pub(super) fn ln_add_exp(one: f64, other: f64) -> f64 {
    let (less, more) = if one < other { (one, other) } else { (other, one) };
    // Below 2^-54 nothing is left of what is added to a number of at least 1, not even by rounding.
    if less - more < LOST_BESIDE_ONE && more.abs() >= 1.0 {
        return more;
    }
    more + libm::log1p(libm::exp(less - more))
}

/// What is subtracted before exponentials are taken, so that none of them overflows. Finite also
/// where every exponent is the logarithm of 0.
fn largest(exponents: impl Iterator<Item = f64>) -> f64 {
    exponents.fold(f64::MIN, f64::max)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_lost_beside_the_larger_one_is_left_out_to_the_bit(
            one in prop_oneof![
                Just(0.0), Just(1.0), Just(-1.0), Just(-2.0), -4.0..4.0, -800.0..800.0, -1e30..1e30,
            ],
            below in prop_oneof![
                Just(0.0), -38.001..-37.999, -40.0..-30.0, -800.0..800.0, Just(-1e30),
            ],
        ) {
            let other = one + below;
            let (less, more) = if one < other { (one, other) } else { (other, one) };
            let sum = more + libm::log1p(libm::exp(less - more));
            prop_assert_eq!(ln_add_exp(one, other).to_bits(), sum.to_bits());
            prop_assert_eq!(ln_add_exp(other, one).to_bits(), sum.to_bits());
        }
    }
}
