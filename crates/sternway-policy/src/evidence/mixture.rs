//! Sums and means of e-values, in logarithms: an e-value itself leaves the range of a float after a
//! few thousand outcomes.
//!
//! All of `evidence` takes its logarithms and exponentials from `libm`, which is plain Rust: those of
//! the standard library are the platform's, and two machines might disagree on a verdict.

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
    more + libm::log1p(libm::exp(less - more))
}

/// What is subtracted before exponentials are taken, so that none of them overflows. Finite also
/// where every exponent is the logarithm of 0.
fn largest(exponents: impl Iterator<Item = f64>) -> f64 {
    exponents.fold(f64::MIN, f64::max)
}
