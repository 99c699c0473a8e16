//! Two means, compared exactly.

use std::cmp::Ordering;

use sternway_types::{Decimal, Degradation, Direction, Measure, Mode, Operator, Threshold};

/// Where numbers are too large to be compared exactly, a difference within this is none.
const TOLERANCE: f64 = 1e-9;

/// The means of what was measured before and after, both of at least one measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contrast {
    from: Measure,
    to: Measure,
}

impl Contrast {
    /// Nothing if there is no measurement on a side.
    pub(crate) const fn new(from: Measure, to: Measure) -> Option<Self> {
        if from.samples > 0 && to.samples > 0 { Some(Self { from, to }) } else { None }
    }

    /// The mean before.
    pub(crate) fn from(self) -> f64 {
        self.from.mean().unwrap_or_default()
    }

    /// The mean after.
    pub(crate) fn to(self) -> f64 {
        self.to.mean().unwrap_or_default()
    }

    /// The mean after less the mean before.
    pub(crate) fn delta(self) -> f64 {
        // Exact as far as it goes: 0.8 - 0.9 is to be -0.1.
        let exact = self.difference().and_then(|(difference, denominator)| {
            let whole = difference.checked_div(denominator)?;
            let rest = difference.checked_rem(denominator)?;
            (rest == 0).then(|| Decimal::from_units(whole).to_f64())
        });
        exact.unwrap_or_else(|| self.to() - self.from())
    }

    /// How the mean after stands to the one before.
    pub(crate) fn order(self) -> Ordering {
        match self.difference() {
            Some((difference, _)) => difference.cmp(&0),
            None => about(self.to() - self.from()),
        }
    }

    /// The difference of the means, in units and as a fraction of whole numbers.
    fn difference(self) -> Option<(i128, i128)> {
        let (from, to) = (i128::from(self.from.samples), i128::from(self.to.samples));
        let after = self.to.sum.units().checked_mul(from)?;
        let before = self.from.sum.units().checked_mul(to)?;
        Some((after.checked_sub(before)?, from.checked_mul(to)?))
    }

    /// Whether the mean after is worse by as much as a rule says.
    pub(crate) fn is_worse(self, rule: &Degradation) -> bool {
        let order = match rule.direction() {
            Some(Direction::Higher) => self.worse(rule, -1),
            Some(Direction::Lower) => self.worse(rule, 1),
            None => Ordering::Less,
        };
        reaches(rule.operator, order)
    }

    /// How much worse it is, as the rule counts it, and the limit; both in the rule's mode.
    pub(crate) fn distance(self, rule: &Degradation) -> (f64, f64) {
        let sign = if rule.direction() == Some(Direction::Higher) { -1.0 } else { 1.0 };
        // Adding zero turns −0.0 into 0.0.
        let worse = sign * self.delta() + 0.0;
        match rule.mode {
            Mode::Points => (worse, f64::from(rule.threshold)),
            Mode::Relative if self.from.sum == Decimal::ZERO => {
                (worse, f64::from(rule.absolute_floor))
            }
            Mode::Relative => (worse / self.from().abs(), f64::from(rule.threshold)),
        }
    }

    /// How the difference, in the direction of worse, stands to the limit.
    fn worse(self, rule: &Degradation, sign: i128) -> Ordering {
        let exact = match rule.mode {
            Mode::Points => self.beside(sign, rule.threshold),
            Mode::Relative if self.from.sum == Decimal::ZERO => {
                self.beside(sign, rule.absolute_floor)
            }
            Mode::Relative => self.beside_share(sign, rule.threshold),
        };
        exact.unwrap_or_else(|| {
            let (worse, limit) = self.distance(rule);
            about(worse - limit)
        })
    }

    /// How the difference stands to a number; nothing if that cannot be computed.
    fn beside(self, sign: i128, limit: Threshold) -> Option<Ordering> {
        let (difference, denominator) = self.difference()?;
        let limit = limit.get().units().checked_mul(denominator)?;
        Some((sign * difference).cmp(&limit))
    }

    /// How the difference stands to a share of the mean before.
    fn beside_share(self, sign: i128, share: Threshold) -> Option<Ordering> {
        // Shares of whole thousandths leave room for more runs.
        const THOUSANDTH: i128 = Decimal::UNITS / 1_000;
        let units = share.get().units();
        let (numerator, denominator) = if units % THOUSANDTH == 0 {
            (units / THOUSANDTH, 1_000)
        } else {
            (units, Decimal::UNITS)
        };
        let (difference, _) = self.difference()?;
        let worse = (sign * difference).checked_mul(denominator)?;
        let before = self.from.sum.units().checked_abs()?;
        let limit = before.checked_mul(i128::from(self.to.samples))?.checked_mul(numerator)?;
        Some(worse.cmp(&limit))
    }
}

/// Whether the share of `part` in a number of samples is beyond a threshold.
pub(crate) fn exceeds(measure: Measure, operator: Operator, threshold: Threshold) -> bool {
    let limit = threshold.get().units().checked_mul(i128::from(measure.samples));
    let order = match limit {
        Some(limit) => measure.sum.units().cmp(&limit),
        None => about(measure.mean().unwrap_or_default() - f64::from(threshold)),
    };
    reaches(operator, order)
}

const fn reaches(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Above => matches!(order, Ordering::Greater),
        Operator::AtLeast => matches!(order, Ordering::Greater | Ordering::Equal),
    }
}

fn about(difference: f64) -> Ordering {
    if difference.abs() <= TOLERANCE {
        return Ordering::Equal;
    }
    if difference > 0.0 { Ordering::Greater } else { Ordering::Less }
}
