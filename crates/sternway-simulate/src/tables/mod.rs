//! The tables of the reference, simulated anew.
//!
//! Each function makes a [`Plan`] for so many deployments per cell; [`Plan::run`] fills it. What the
//! reference found stands beside it ([`mod@crate::reference`]).

mod attribution;
mod cell;
mod habits;
mod history;
mod later;
mod markdown;
mod means;
mod order;
mod plan;
mod proof;

pub use self::{
    attribution::{b, shares},
    cell::{Cell, Figure, Promise, Shown},
    habits::habits,
    history::{a, f},
    later::{c, e},
    means::betting,
    order::{arrival, d, sessions},
    plan::{Plan, PlanError, Row, Table},
    proof::g,
};

/// The success rates of baselines, and how they are written.
const BASES: [(&str, f64); 4] = [("0.99", 0.99), ("0.95", 0.95), ("0.9", 0.9), ("0.75", 0.75)];

/// What candidates lose of them.
const DROPS: [(&str, f64); 5] =
    [("0.00", 0.0), ("0.02", 0.02), ("0.05", 0.05), ("0.15", 0.15), ("0.30", 0.3)];

/// All tables. With no number of deployments, each has as many per cell as fit into a few minutes.
///
/// # Errors
///
/// [`PlanError`] if a table asks for what cannot be simulated, which none does.
pub fn all(runs: Option<u64>) -> Result<Vec<Plan>, PlanError> {
    let or = |usual| runs.unwrap_or(usual);
    Ok(vec![
        a(or(10_000))?,
        b(or(4_000))?,
        c(or(10_000))?,
        d(or(4_000))?,
        e(or(4_000))?,
        f(or(10_000))?,
        g(or(4_000))?,
        shares(or(10_000))?,
        arrival(or(10_000))?,
        sessions(or(10_000))?,
        betting(or(10_000))?,
        habits(or(10_000))?,
    ])
}
