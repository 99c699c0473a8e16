//! `sternway simulate`: how often a policy takes back a healthy version, and how soon a bad one.

use std::{
    fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use sternway::{
    api::{SimulatedRunsView, SimulatedView, error_rate},
    policy::evidence::Alpha,
    types::{Policy, Rule, Worse},
};
use sternway_simulate::{ByPolicy, Effort, Scenario, Summary, plot, simulate};

use super::policy::named;
use crate::{
    context::Context,
    error::CliError,
    format::{
        duration,
        number::{count, counted, percent},
    },
    input::source::Source,
    meter::Meter,
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
};

const EXAMPLES: &str = "\
Examples:
  sternway simulate sound --base 0.97 --drop 0.1
  sternway simulate strict.toml --base 0.97 --drop 0.1 --after 2000 --runs 10000
  sternway simulate tiers --base 0.9 --drop 0.05 --every 1m --svg share.svg
  sternway simulate - --base 0.97 --drop 0.1 --json < policy.json

A healthy version succeeds as often as its baseline did; a worse one less often by the drop. Every
outcome is judged as it would be, and the first rule that holds takes the version back. Limits are
exact, and both are right in 95 of 100 simulations. Nothing is read from a store.";

/// With which probability one of the limits is wrong.
const ONE_SIDE: f64 = 0.025;

/// Simulate how often a policy takes back a healthy version, and how soon one that is worse.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The name of a preset, or a policy in TOML or JSON; `-` for standard input.
    #[arg(value_name = "POLICY|FILE|-")]
    policy: Source,

    /// The success rate of the baseline: 0.97.
    #[arg(long, value_name = "RATE")]
    base: f64,

    /// How much lower that of the worse version is: 0.1 for 0.87.
    #[arg(long, value_name = "RATE")]
    drop: f64,

    /// How many deployments of each kind.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    runs: u64,

    /// How many outcomes the baseline has when the version goes live.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=100_000))]
    baseline: u64,

    /// How many outcomes each deployment has.
    #[arg(long, value_name = "N", default_value_t = Scenario::HORIZON)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    horizon: u64,

    /// How many outcomes the worse version has before it becomes worse.
    #[arg(long, value_name = "N", default_value_t = 0)]
    after: u64,

    /// How far apart outcomes are, for rules that look at a window of time.
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = duration::parse)]
    every: Duration,

    /// What chance comes from: the same seed leads to the same numbers.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Write a plot of the share rolled back, by outcomes.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let (name, policy) = named(&args.policy)?;
    let (healthy, worse) = scenarios(args)?;
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let effort = Effort::new(args.runs, args.seed).on_threads(threads);
    let judge = ByPolicy::new(policy.clone(), args.baseline, args.every)?;
    let kinds = if worse.is_healthy() { 1 } else { 2 };
    let meter = Counting::new(context.console.meter(), kinds * args.runs);
    let of_healthy = simulate(&healthy, &judge, effort, &|runs| meter.add(runs));
    let of_worse =
        (!worse.is_healthy()).then(|| simulate(&worse, &judge, effort, &|runs| meter.add(runs)));
    drop(meter);
    let file = args.svg.as_deref().filter(|_| !context.dry_run);
    if let Some(file) = file {
        draw(file, &name, args, &of_healthy, of_worse.as_ref())?;
    }
    let level = Alpha::new(ONE_SIDE).map_err(CliError::invalid_by)?;
    let view = SimulatedView {
        policy: name,
        base: args.base,
        drop: args.drop,
        after: args.after,
        baseline: args.baseline,
        horizon: args.horizon,
        runs: args.runs,
        seed: args.seed,
        confidence_ratio: 1.0 - 2.0 * ONE_SIDE,
        healthy: runs_view(&of_healthy, level),
        worse: of_worse.as_ref().map(|summary| runs_view(summary, level)),
        svg: file.map(Context::shown),
    };
    context.answer(&view, &view.policy, |page| write(&view, &policy, page))?;
    Ok(ExitCode::SUCCESS)
}

/// A healthy version, and a worse one.
fn scenarios(args: &Args) -> Result<(Scenario, Scenario), CliError> {
    let scenario = |drop| {
        let scenario = Scenario::new(args.base, drop).map_err(|err| {
            let help = "rates are from 0 to 1: --base 0.97 --drop 0.1";
            CliError::invalid_by(err).with_help(help)
        });
        Ok::<_, CliError>(scenario?.with_horizon(args.horizon).with_measured(args.baseline))
    };
    if args.after >= args.horizon {
        let (after, horizon) = (args.after, args.horizon);
        let problem =
            format!("after {after} outcomes nothing is left of {horizon} to become worse in");
        return Err(
            CliError::invalid(problem).with_help("a smaller --after, or a larger --horizon")
        );
    }
    Ok((scenario(0.0)?, scenario(args.drop)?.beginning_after(args.after)))
}

fn runs_view(summary: &Summary, level: Alpha) -> SimulatedRunsView {
    let limits = summary.late_limits(level);
    SimulatedRunsView {
        rolled_back: summary.late(),
        rolled_back_ratio: summary.share(summary.late()),
        lower_ratio: limits.lower,
        upper_ratio: limits.upper,
        early: summary.stopped() - summary.late(),
        delay_median: summary.median(),
        delay_p90: summary.quantile(0.9),
    }
}

fn draw(
    file: &Path,
    name: &str,
    args: &Args,
    healthy: &Summary,
    worse: Option<&Summary>,
) -> Result<(), CliError> {
    let title = format!("{name}: share of deployments rolled back, by outcomes");
    let drop = format!("{} worse", args.drop);
    let mut lines = vec![("healthy", healthy)];
    lines.extend(worse.map(|worse| (drop.as_str(), worse)));
    let svg = plot::stopped(&title, args.horizon, &lines).map_err(CliError::invalid_by)?;
    fs::write(file, svg).map_err(|err| CliError::file(file, err))
}

fn write(view: &SimulatedView, policy: &Policy, page: &mut Page) {
    let (name, dot) = (style::paint(style::NAME, &view.policy), page.symbols().dot);
    let (runs, horizon) = (counted(view.runs, "deployment"), counted(view.horizon, "outcome"));
    page.line(format_args!("{name} {dot} {runs} of {horizon} each  seed {}", view.seed));
    let base = format!("the baseline succeeds at {}", view.base);
    page.line(format_args!("{base}, and has {}", counted(view.baseline, "outcome")));
    let mut table = Table::new([
        Column::Left("VERSION"),
        Column::Right("ROLLED BACK"),
        Column::Right("MEDIAN"),
        Column::Right("P90"),
        Column::Left("95 % LIMITS"),
    ]);
    table.row(row("healthy", style::BAD, &view.healthy));
    if let Some(worse) = &view.worse {
        table.row(row(&format!("{} worse", view.drop), style::GOOD, worse));
    }
    table.write(page);
    if let Some(worse) = view.worse.as_ref().filter(|_| view.after > 0) {
        let (after, early) = (counted(view.after, "outcome"), count(worse.early));
        page.line(format_args!("worse after {after}; {early} rolled back before that"));
    }
    if let Some(svg) = &view.svg {
        page.line(format_args!("plot in {svg}"));
    }
    if let Some(worse) = thin(policy, view.baseline) {
        let (least, expected) = (counted(worse.min_baseline.into(), "outcome"), worse.expected);
        page.hint(format_args!(
            "a baseline of less than {least} counts as one that succeeds at {expected}"
        ));
    }
    if policy.rules().iter().any(|rule| matches!(rule, Rule::Custom { .. })) {
        page.hint("rules that a program brings itself are not asked");
    }
    if policy.rules().iter().any(|rule| matches!(rule, Rule::Mean(_) | Rule::Breach(_))) {
        page.hint("nothing is measured of a simulated run, so that nothing is beyond its limit");
    }
    page.hint(error_rate(policy));
}

/// The test for which the baseline has too few outcomes, if there is one.
fn thin(policy: &Policy, baseline: u64) -> Option<&Worse> {
    policy.rules().iter().find_map(|rule| {
        let Rule::Worse(worse) = rule else { return None };
        let thin = worse.objective.is_none() && baseline < worse.min_baseline.into();
        thin.then_some(worse.as_ref())
    })
}

fn row(name: &str, color: anstyle::Style, runs: &SimulatedRunsView) -> [Cell; 5] {
    let delay = |delay: Option<f64>| delay.map_or_else(String::new, |delay| format!("{delay:.0}"));
    let color = if runs.rolled_back == 0 { style::PLAIN } else { color };
    [
        Cell::new(name),
        Cell::styled(color, percent(runs.rolled_back_ratio)),
        Cell::new(delay(runs.delay_median)),
        Cell::new(delay(runs.delay_p90)),
        Cell::new(format!("{} to {}", percent(runs.lower_ratio), percent(runs.upper_ratio))),
    ]
}

/// Says how far all threads together have come.
struct Counting {
    of: u64,
    meter: Mutex<(Meter, u64)>,
}

impl Counting {
    fn new(meter: Meter, of: u64) -> Self {
        Self { of, meter: Mutex::new((meter, 0)) }
    }

    fn add(&self, runs: u64) {
        let mut meter = self.meter.lock().unwrap_or_else(PoisonError::into_inner);
        meter.1 += runs;
        let done = meter.1;
        meter.0.show(done, self.of, done, "deployments");
    }
}
