//! `sternway metrics`: what was measured of a version, or of two side by side.

use std::{collections::BTreeMap, process::ExitCode, time::Duration};

use sternway::{
    Missing,
    api::{ComparedView, MetricsView},
    control::compare::Compared,
    policy::compare::{Change, Comparison, Options, Value},
    types::{ArtifactId, Direction, Metric, Reference, Selector, VersionNumber},
};

use crate::{
    context::Context,
    error::CliError,
    format::{
        duration,
        number::{counted, measured, percent, signed},
        visible,
    },
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
    view::metrics as view,
};

const EXAMPLES: &str = "\
Examples:
  sternway metrics prompts/greeting                        what is live: rates, duration, cost, scores
  sternway metrics prompts/greeting@v3 --window 1h         the last hour of it
  sternway metrics prompts/greeting --compare v3,v4        side by side, and what got better
  sternway metrics prompts/greeting --compare previous,live --lower latency_p95 --json

Rates are from 0 to 1, durations in milliseconds. Runs whose end nobody knows are left out. A window
reaches back from a version's newest run; it is counted in whole minutes, beyond an hour in whole
hours, and durations, costs and scores in whole hours and, beyond a day, in whole days. Quantiles
(duration.p50, .p95 and .p99, and those of the cost) are within a sixty-fourth, of all runs, and left
out of a window.";

/// Show what was measured of a version, or compare two.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which version; what is live if only the key is given.
    #[arg(value_name = "REF")]
    reference: Reference,

    /// Compare the first of these two versions with the second.
    #[arg(long, value_name = "FROM,TO", value_delimiter = ',', num_args = 1)]
    compare: Vec<Selector>,

    /// Only so far back from the newest run, at most 7 days.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    window: Option<Duration>,

    /// How many measurements it takes on both sides to say what got better.
    #[arg(long, value_name = "N", default_value_t = 10)]
    at_least: u64,

    /// A metric that gets better as it gets higher. May be given several times.
    #[arg(long, value_name = "METRIC")]
    higher: Vec<Metric>,

    /// A metric that gets better as it gets lower. May be given several times.
    #[arg(long, value_name = "METRIC")]
    lower: Vec<Metric>,
}

/// The longest window: as long as measurements are kept by time.
const MAX_WINDOW: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Args {
    fn options(&self) -> Result<Options, CliError> {
        if self.window.is_some_and(|window| window > MAX_WINDOW || window.is_zero()) {
            return Err(CliError::invalid("a window is from 1ns to 7 days (168h)"));
        }
        let higher = self.higher.iter().map(|metric| (metric.clone(), Direction::Higher));
        let lower = self.lower.iter().map(|metric| (metric.clone(), Direction::Lower));
        let mut options = Options::default();
        options.directions = higher.chain(lower).collect::<BTreeMap<_, _>>();
        options.at_least = self.at_least;
        options.window = self.window;
        Ok(options)
    }
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let options = args.options()?;
    match args.compare.as_slice() {
        [] => show(context, &args.reference, &options).await?,
        [from, to] => compare(context, &args.reference.artifact, [from, to], &options).await?,
        _ => return Err(CliError::invalid("--compare takes two versions, such as v3,v4")),
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(context: &Context, reference: &Reference, options: &Options) -> Result<(), CliError> {
    let environment = &context.environment;
    let known = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let version = control.resolve(reference, environment).await?;
        let known = control.measurements(&version.artifact, version.number, environment).await?;
        Ok((version.number, known))
    });
    let (version, known) = known.await?;
    let view = view::one(&reference.artifact, environment, version, &known, options);
    let name = format!("{}@{version}", reference.artifact);
    context.answer(&view, &name, |page| write(&view, &known.metrics(options.window), page))
}

fn write(view: &MetricsView, metrics: &BTreeMap<Metric, Value>, page: &mut Page) {
    let name = style::paint(style::NAME, &view.artifact);
    let success = view.version.tally.success_ratio;
    let success = success.map(|ratio| format!(", {} success", percent(ratio)));
    let runs = counted(view.version.tally.total, "run");
    let window = within(view.window.as_deref());
    page.line(format_args!(
        "{name} {} in {}: {runs}{}{window}",
        view.version.version,
        view.environment,
        success.unwrap_or_default()
    ));
    if metrics.is_empty() {
        page.line("  nothing was measured");
    } else {
        let columns = [Column::Left("METRIC"), Column::Right("VALUE"), Column::Right("MEASURED")];
        let mut table = Table::new([columns.as_slice(), &[Column::Left("BETTER")]].concat());
        for (metric, value) in metrics {
            let samples = value.samples.map_or("rated".into(), |samples| samples.to_string());
            let better = metric.direction().map_or("?".into(), |it| it.to_string());
            let cells = [metric.to_string(), with_unit(metric, value.mean), samples, better];
            table.row(cells.map(Cell::new));
        }
        table.write(page);
    }
    left_out(view.version.left_out, view.version.older_left_out, page);
}

async fn compare(
    context: &Context,
    artifact: &ArtifactId,
    selectors: [&Selector; 2],
    options: &Options,
) -> Result<(), CliError> {
    let environment = &context.environment;
    let compared = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let mut versions = Vec::new();
        for selector in selectors {
            let (artifact, selector) = (artifact.clone(), selector.clone());
            let reference = Reference { artifact, selector };
            versions.push(control.resolve(&reference, environment).await?.number);
        }
        let versions = versions.try_into().unwrap_or([VersionNumber::FIRST; 2]);
        let compared = control.compare(artifact, versions, environment, options).await?;
        Ok((versions, compared))
    });
    let (versions, compared) = compared.await?;
    let view = view::two(artifact, environment, versions, &compared, options);
    let [from, to] = versions;
    let name = format!("{artifact}@{from},{to}");
    context.answer(&view, &name, |page| write_compared(&view, &compared, page))
}

fn write_compared(view: &ComparedView, compared: &Compared, page: &mut Page) {
    let (name, arrow) = (style::paint(style::NAME, &view.artifact), page.symbols().arrow);
    let (from, to) = (view.from.version.to_string(), view.to.version.to_string());
    let window = within(view.window.as_deref());
    page.line(format_args!("{name} {from} {arrow} {to} in {}{window}", view.environment));
    if compared.metrics.is_empty() {
        page.line("  nothing was measured");
    } else {
        let mut table = Table::new([
            Column::Left("METRIC"),
            Column::Right("FROM"),
            Column::Right("TO"),
            Column::Right("DELTA"),
            Column::Right("PERCENT"),
            Column::Left("CHANGE"),
        ]);
        for comparison in &compared.metrics {
            table.row(cells(comparison));
        }
        table.write(page);
    }
    for side in [&view.from, &view.to] {
        left_out(side.left_out, side.older_left_out, page);
    }
}

fn cells(comparison: &Comparison) -> [Cell; 6] {
    let side = |value: Option<Value>| match value {
        Some(Value { mean, samples: Some(samples) }) => {
            format!("{} (of {samples})", with_unit(&comparison.metric, mean))
        }
        Some(Value { mean, samples: None }) => format!("{} (rated)", measured(mean)),
        None => "not measured".into(),
    };
    let percent = comparison.delta_percent.map(|percent| format!("{percent:+.1} %"));
    let (style, change) = match comparison.change {
        Change::Improved => (style::GOOD, "improved"),
        Change::Degraded => (style::BAD, "degraded"),
        Change::Unchanged => (style::PLAIN, "unchanged"),
        Change::Missing => (style::DIM, "missing on a side"),
        Change::TooFew => (style::DIM, "too few measurements"),
        Change::NoDirection => (style::DIM, "nobody said what is better"),
    };
    [
        Cell::new(visible::line(&comparison.metric.to_string())),
        Cell::new(side(comparison.from)),
        Cell::new(side(comparison.to)),
        Cell::new(comparison.delta.map(signed).unwrap_or_default()),
        Cell::new(percent.unwrap_or_default()),
        Cell::styled(style, change),
    ]
}

fn with_unit(metric: &Metric, mean: f64) -> String {
    let unit = if metric.unit() == Some("ms") { " ms" } else { "" };
    format!("{}{unit}", measured(mean))
}

fn within(window: Option<&str>) -> String {
    window.map(|window| format!(", within {window} of the newest run")).unwrap_or_default()
}

fn left_out(measurements: u64, older: bool, page: &mut Page) {
    if measurements > 0 {
        let count = counted(measurements, "measurement");
        page.line(format_args!(
            "  {count} left out: of more scores than 64, or of numbers that are too large"
        ));
    }
    if older {
        page.line("  older stays of the version are left out");
    }
}
