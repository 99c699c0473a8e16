//! Numbers between 0 and 1, without the ends.

use std::fmt;

/// Why a number is no such fraction.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{given} is not {kind}: expected a number above 0 and below 1")]
pub struct FractionError {
    kind: &'static str,
    given: f64,
}

macro_rules! fraction {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
        pub struct $name(f64);

        impl $name {
            /// Takes a number above 0 and below 1.
            ///
            /// # Errors
            ///
            /// [`FractionError`] for any other number, and for what is no number.
            pub fn new(given: f64) -> Result<Self, FractionError> {
                let inside = given > 0.0 && given < 1.0;
                if inside { Ok(Self(given)) } else { Err(FractionError { kind: $kind, given }) }
            }

            /// The plain number.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = FractionError;

            fn try_from(given: f64) -> Result<Self, FractionError> {
                Self::new(given)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

fraction! {
    /// With which probability a test may be wrong, over all of its looks together: 0.01 is one
    /// healthy version in a hundred.
    Alpha, "an alpha"
}

fraction! {
    /// The share of units that goes to the candidate; the baseline gets the rest.
    Share, "a share of traffic"
}

fraction! {
    /// A mean, of values from 0 to 1, that is still good.
    Mean, "a mean"
}

impl Alpha {
    /// One in a billion: less than any policy may ask for.
    pub(crate) const LEAST: Self = Self(1e-9);

    /// `ln(1/alpha)`: what the logarithm of an e-value must reach for its test to decide.
    ///
    /// Under the null the e-value ever reaches `1/alpha` with at most this probability, however often
    /// one looks (Ville 1939).
    #[must_use]
    pub fn ln_inverse(self) -> f64 {
        -libm::log(self.0)
    }
}

impl Mean {
    /// One half.
    pub(crate) const HALF: Self = Self(0.5);
}

impl Share {
    /// One half.
    pub const HALF: Self = Self(0.5);
}
