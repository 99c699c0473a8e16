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

/// What is subtracted before exponentials are taken, so that none of them overflows. Finite also
/// where every exponent is the logarithm of 0.
fn largest(exponents: impl Iterator<Item = f64>) -> f64 {
    exponents.fold(f64::MIN, f64::max)
}
