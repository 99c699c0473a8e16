//! How steps are made.

use sternway_types::{Limits, Plan, PlanError, RouteError, Step, Strategy, Wait, Weight};

/// Why weights do not grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Growth {
    /// A weight is out of range.
    #[error(transparent)]
    Weight(#[from] RouteError),
    /// The first weight, or what it grows by, is nothing.
    #[error("weights that grow by nothing never come to all runs")]
    Nothing,
}

/// Weights that grow by so many basis points each time, below all.
///
/// # Errors
///
/// [`Growth`] if they do not grow, or the first is more than all.
pub fn linear(by: u32) -> Result<Vec<Weight>, Growth> {
    grow(by, |weight| weight.saturating_add(by))
}

/// Weights of which each is so many times the one before, below all: from 100 basis points by 2, it is
/// 1, 2, 4, 8, 16, 32 and 64 %.
///
/// # Errors
///
/// [`Growth`] if they do not grow, or the first is more than all.
pub fn exponential(first: u32, factor: u32) -> Result<Vec<Weight>, Growth> {
    if factor < 2 {
        return Err(Growth::Nothing);
    }
    grow(first, |weight| weight.saturating_mul(factor))
}

fn grow(first: u32, next: impl Fn(u32) -> u32) -> Result<Vec<Weight>, Growth> {
    Weight::new(first)?;
    if first == 0 {
        return Err(Growth::Nothing);
    }
    let all = u32::from(Weight::ALL);
    let weights = std::iter::successors(Some(first), |weight| Some(next(*weight)));
    let below = weights.take_while(|weight| *weight < all);
    Ok(below.map(Weight::new).collect::<Result<_, _>>()?)
}

/// Live at once, then watched.
///
/// # Errors
///
/// As of each strategy: [`PlanError`] if there are too many steps, or a length is out of range.
pub fn immediate(bake: Wait, limits: Limits) -> Result<Plan, PlanError> {
    Plan::new(Strategy::Immediate, vec![Step::GoLive, Step::Bake(bake)], limits)
}

/// By these shares, each of them judged; then live, and watched.
///
/// # Errors
///
/// [`PlanError`] if there are too many steps, a weight is all, or a length is out of range.
pub fn canary(
    weights: &[Weight],
    each: Wait,
    bake: Wait,
    limits: Limits,
) -> Result<Plan, PlanError> {
    Plan::new(Strategy::Canary, by_weights(weights, each, bake), limits)
}

/// By equal shares of at most this size, each of them judged; then live, and watched.
///
/// # Errors
///
/// [`PlanError`] if there are too many steps, or a length is out of range.
pub fn rolling(batch: Weight, each: Wait, bake: Wait, limits: Limits) -> Result<Plan, PlanError> {
    let size = u32::from(batch).max(1);
    let batches = u32::from(Weight::ALL).div_ceil(size);
    let weights = (1..batches).filter_map(|done| Weight::new(done.saturating_mul(size)).ok());
    let weights: Vec<_> = weights.collect();
    Plan::new(Strategy::Rolling, by_weights(&weights, each, bake), limits)
}

/// Beside what is live without any runs, until a person or so long a time says go; then live at once, and
/// watched.
///
/// # Errors
///
/// [`PlanError`] if a length is out of range.
pub fn blue_green(preview: Option<Wait>, bake: Wait, limits: Limits) -> Result<Plan, PlanError> {
    let look = preview.map_or(Step::Pause, Step::Analyze);
    let steps = vec![Step::SetWeight(Weight::ZERO), look, Step::GoLive, Step::Bake(bake)];
    Plan::new(Strategy::BlueGreen, steps, limits)
}

/// Copies of this share of the runs for a while, whose answers nobody sees; then live at once, and watched.
///
/// # Errors
///
/// [`PlanError`] if a length is out of range.
pub fn shadow(copies: Weight, watch: Wait, bake: Wait, limits: Limits) -> Result<Plan, PlanError> {
    let steps = vec![Step::Shadow(copies), Step::Analyze(watch), Step::GoLive, Step::Bake(bake)];
    Plan::new(Strategy::Shadow, steps, limits)
}

/// Several candidates with these shares beside what is live, each of them judged, until somebody chooses one:
/// it goes live, and is watched.
///
/// # Errors
///
/// [`PlanError`] if there are fewer than 2 or more than 15, they have all runs, or a length is out of range.
pub fn experiment(
    weights: &[Weight],
    each: Wait,
    bake: Wait,
    limits: Limits,
) -> Result<Plan, PlanError> {
    let split = Step::Split(weights.to_vec());
    let steps = vec![split, Step::Analyze(each), Step::Choose, Step::GoLive, Step::Bake(bake)];
    Plan::new(Strategy::Experiment, steps, limits)
}

fn by_weights(weights: &[Weight], each: Wait, bake: Wait) -> Vec<Step> {
    let shares = weights.iter().flat_map(|weight| [Step::SetWeight(*weight), Step::Analyze(each)]);
    shares.chain([Step::GoLive, Step::Bake(bake)]).collect()
}
