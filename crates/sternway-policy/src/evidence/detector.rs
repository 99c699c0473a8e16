//! The life of a version after its trial: an alarm without an end.

use std::num::NonZeroU64;

use super::{counts::float, mixture::ln_add_exp, ratios::LogRatios};

/// How evidence is carried from one outcome to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// `M_k ← max(1, M_k)·lr_k`, after Page (1954): the best of all beginnings. The cheaper one: no
    /// logarithm is taken at an outcome.
    Cusum,
    /// `M_k ← (1 + M_k)·lr_k`, after Shiryaev and Roberts: the sum over all beginnings. Never below the
    /// other, and so a little faster.
    ShiryaevRoberts,
}

/// After how many outcomes, on average, a version that is not worse may raise a false alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunLength(NonZeroU64);

impl RunLength {
    /// So many outcomes.
    #[must_use]
    pub const fn new(outcomes: NonZeroU64) -> Self {
        Self(outcomes)
    }

    /// How many outcomes.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// What the logarithm of the mean of M must reach for an alarm.
    pub(crate) fn ln(self) -> f64 {
        libm::log(float(self.get()))
    }
}

impl Default for RunLength {
    /// 1,000,000.
    fn default() -> Self {
        Self(NonZeroU64::MIN.saturating_add(999_999))
    }
}

/// An e-detector: has the version become worse at some moment of its life?
///
/// Over a life without an end every error rate is used up at some time. What is bounded here is how
/// often a false alarm comes: with the alarm at `(1/K) Σ_k M_k ≥ A`, at least A outcomes pass until then
/// on average (Shin, Ramdas and Rinaldo, *E-detectors*, 2023), since M is at most a sum of e-processes,
/// one for each beginning.
///
/// The state depends on the order of the outcomes. It is [`ln_values`](Self::ln_values), and goes on
/// from these to the last bit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detector {
    form: Form,
    ln_values: LogRatios,
}

impl Detector {
    /// As good as the logarithm of 0, whose exponential it has, and finite, so that it can be kept.
    const LN_NOTHING: f64 = -1_000.0;

    /// Before any outcome: M is 0.
    #[must_use]
    pub fn new(form: Form) -> Self {
        Self { form, ln_values: LogRatios::over([Self::LN_NOTHING; _], |value| value) }
    }

    /// A state that was kept elsewhere.
    #[must_use]
    pub const fn from_parts(form: Form, ln_values: LogRatios) -> Self {
        Self { form, ln_values }
    }

    /// The form.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// The logarithms of M.
    #[must_use]
    pub const fn ln_values(&self) -> &LogRatios {
        &self.ln_values
    }

    /// Goes on by one outcome, of which this is said.
    pub fn observe(&mut self, outcome: &LogRatios) {
        let carried = self.ln_values.map(|value| match self.form {
            Form::Cusum => value.max(0.0),
            Form::ShiryaevRoberts => ln_add_exp(value, 0.0),
        });
        self.ln_values = carried.plus(outcome, 1);
    }

    /// The logarithm of the mean of M. Finite for every state.
    #[must_use]
    pub fn ln_mean(&self) -> f64 {
        self.ln_values.ln_e()
    }

    /// Whether the alarm is raised.
    #[must_use]
    pub fn alarms(&self, run_length: RunLength) -> bool {
        self.ln_mean() >= run_length.ln()
    }
}
