//! The steps of what is typed.

use std::time::Duration;

use sternway::{
    deploy::{blue_green, canary, experiment, exponential, immediate, linear, rolling, shadow},
    types::{Limits, OnDeadline, Plan, PlanError, Wait, Weight},
};

use crate::{error::CliError, format::duration};

/// How a version reaches all runs. Default: as the environment says, else by shares that double from 5 %.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Strategy")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct Strategy {
    /// By these shares in percent, such as 5,25,50, each of them judged.
    #[arg(long, value_name = "PERCENT,…", value_delimiter = ',', value_parser = percent)]
    #[arg(group = "strategy")]
    canary: Option<Vec<Weight>>,

    /// By shares that grow by so many percent each.
    #[arg(long, value_name = "PERCENT", value_parser = percent, group = "strategy")]
    linear: Option<Weight>,

    /// By shares that double, from so many percent on.
    #[arg(long, value_name = "PERCENT", value_parser = percent, group = "strategy")]
    exponential: Option<Weight>,

    /// By equal shares of at most so many percent.
    #[arg(long, value_name = "PERCENT", value_parser = percent, group = "strategy")]
    rolling: Option<Weight>,

    /// Beside what is live without any runs, until `deploy promote`; then at once.
    #[arg(long, group = "strategy")]
    blue_green: bool,

    /// By copies of so many percent of the runs, whose answers nobody sees; then at once. Only what has no
    /// effects outside may be run twice.
    #[arg(long, value_name = "PERCENT", value_parser = percent, group = "strategy")]
    shadow: Option<Weight>,

    /// An experiment: a share in percent for each of several candidates of one artifact, in their order, such
    /// as 20,20. What is worse goes back alone; `deploy promote --winner` makes one of them live.
    #[arg(long, value_name = "PERCENT,…", value_delimiter = ',', value_parser = percent)]
    #[arg(group = "strategy")]
    ab: Option<Vec<Weight>>,

    /// At once, and watched.
    #[arg(long, group = "strategy")]
    immediate: bool,

    /// How many outcomes of the candidate each share waits for.
    #[arg(long, value_name = "N", default_value_t = 20)]
    outcomes: u32,

    /// How long each share lasts at least.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration::parse_days)]
    every: Duration,

    /// How long it is watched at least once it is live.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration::parse_days)]
    bake: Duration,

    /// End well without proof that the candidate is as good as what was live.
    #[arg(long)]
    without_proof: bool,

    /// How long a step may take until it pauses.
    #[arg(long, value_name = "DURATION", default_value = "1d", value_parser = duration::parse_days)]
    step_limit: Duration,

    /// How long all of it may take, from its turn to its end, until it pauses. Default: as its steps may.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse_days)]
    limit: Option<Duration>,

    /// How long a share waits for outcomes until it is said that they are missing. Default: an hour, or a
    /// quarter of what a step may take if that is less.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse_days)]
    starved_after: Option<Duration>,

    /// Go back when a step, or all of it, takes too long, instead of pausing.
    #[arg(long)]
    back_on_limit: bool,
}

/// A share in percent, with up to two decimals.
fn percent(text: &str) -> Result<Weight, String> {
    let text = text.trim().trim_end_matches('%').trim_end();
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = whole.parse::<u32>().ok().filter(|_| digits(whole) && digits(rest));
    let hundredths = format!("{rest:0<2}");
    let rest = hundredths.parse::<u32>().ok().filter(|_| rest.len() <= 2);
    let points =
        number.zip(rest).and_then(|(whole, rest)| whole.checked_mul(100)?.checked_add(rest));
    let points = points.ok_or_else(|| "expected percent, such as 5 or 12.5".to_owned())?;
    Weight::new(points).map_err(|err| err.to_string())
}

impl Strategy {
    /// The plan.
    ///
    /// # Errors
    ///
    /// [`CliError`] if the steps make no sense.
    pub(crate) fn plan(&self) -> Result<Plan, CliError> {
        let each = self.each();
        let bake = Wait { outcomes: self.outcomes, length: self.bake };
        let limits = Limits {
            step: self.step_limit,
            deployment: self.limit,
            on_deadline: if self.back_on_limit { OnDeadline::RollBack } else { OnDeadline::Pause },
            evidence: !self.without_proof,
            starved: self.starved_after,
            ..Limits::default()
        };
        self.steps(each, bake, limits).map_err(CliError::invalid)
    }

    /// What each share waits for.
    pub(super) const fn each(&self) -> Wait {
        Wait { outcomes: self.outcomes, length: self.every }
    }

    /// Whether it was said how, and not left to the environment.
    pub(crate) const fn is_typed(&self) -> bool {
        self.canary.is_some()
            || self.linear.is_some()
            || self.exponential.is_some()
            || self.rolling.is_some()
            || self.blue_green
            || self.shadow.is_some()
            || self.ab.is_some()
            || self.immediate
    }

    fn steps(&self, each: Wait, bake: Wait, limits: Limits) -> Result<Plan, String> {
        let said = |err: PlanError| err.to_string();
        if self.blue_green {
            return blue_green(None, bake, limits).map_err(said);
        }
        if let Some(copies) = self.shadow {
            return shadow(copies, each, bake, limits).map_err(said);
        }
        if let Some(shares) = &self.ab {
            return experiment(shares, each, bake, limits).map_err(said);
        }
        if let Some(batch) = self.rolling {
            return rolling(batch, each, bake, limits).map_err(said);
        }
        if self.immediate {
            return immediate(bake, limits).map_err(said);
        }
        let weights = if let Some(weights) = &self.canary {
            weights.clone()
        } else if let Some(by) = self.linear {
            linear(by.into()).map_err(|err| err.to_string())?
        } else {
            let first = self.exponential.map_or(500, u32::from);
            exponential(first, 2).map_err(|err| err.to_string())?
        };
        canary(&weights, each, bake, limits).map_err(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_typed_in_percent() {
        let points = |text| percent(text).map(Weight::get);
        assert_eq!([points("5"), points("12.5%"), points("0.01")], [Ok(500), Ok(1_250), Ok(1)]);
        for wrong in ["", "x", "101", "1.234", "-1", "5.x"] {
            assert!(points(wrong).is_err(), "{wrong}");
        }
    }
}
