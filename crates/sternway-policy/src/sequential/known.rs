//! What is known of the last good version, for tests that hold another one against it.

use std::borrow::Cow;

use sternway_types::{ErrorClasses, Quantiles, Tally, VersionNumber};

use crate::{evidence::Counts, view::Baseline};

/// How the runs of the last good version ended.
#[derive(Clone, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) version: VersionNumber,
    pub(crate) counts: Counts,
    pub(crate) errors: Cow<'a, ErrorClasses>,
    pub(crate) quantiles: Cow<'a, Quantiles>,
}

impl<'a> Known<'a> {
    /// What was frozen, or what there is now.
    pub(crate) fn of(baseline: Baseline<'a>) -> Self {
        if let Some(frozen) = baseline.frozen {
            return Self {
                version: frozen.version,
                counts: Counts::new(frozen.succeeded, frozen.failed),
                errors: Cow::Borrowed(&frozen.errors),
                quantiles: Cow::Borrowed(&frozen.quantiles),
            };
        }
        let tallies = baseline.tallies.iter();
        let counts = tallies.clone().map(|it| Counts::new(it.succeeded, it.failed));
        let quantiles = tallies.clone().map(Tally::quantiles);
        let errors = tallies.fold(ErrorClasses::default(), |sum, it| sum.plus(it.errors()));
        Self {
            version: baseline.version,
            counts: counts.fold(Counts::default(), Counts::plus),
            errors: Cow::Owned(errors),
            quantiles: Cow::Owned(quantiles.fold(Quantiles::default(), Quantiles::plus)),
        }
    }
}
