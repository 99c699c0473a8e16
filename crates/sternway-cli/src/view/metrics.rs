//! Views of what was measured.

use std::time::Duration;

use sternway::{
    api::{
        ComparedView, ComparisonView, MeasuredVersionView, MetricView, MetricsView, TallyView,
        ValueView,
    },
    control::compare::{Compared, Measurements},
    policy::compare::{Comparison, Options, Value},
    types::{ArtifactId, Direction, EnvironmentId, VersionNumber},
};

/// What was measured of one version.
pub(crate) fn one(
    artifact: &ArtifactId,
    environment: &EnvironmentId,
    version: VersionNumber,
    known: &Measurements,
    options: &Options,
) -> MetricsView {
    let metrics = known.metrics(options.window).into_iter().map(|(metric, value)| {
        let declared = options.directions.get(&metric).copied();
        MetricView {
            metric: metric.to_string(),
            mean: value.mean,
            samples: value.samples,
            direction: declared.or_else(|| metric.direction()).map(word),
        }
    });
    MetricsView {
        artifact: artifact.clone(),
        environment: environment.clone(),
        version: side(version, known),
        window: options.window.map(shown),
        metrics: metrics.collect(),
    }
}

/// Two versions side by side.
pub(crate) fn two(
    artifact: &ArtifactId,
    environment: &EnvironmentId,
    [from, to]: [VersionNumber; 2],
    compared: &Compared,
    options: &Options,
) -> ComparedView {
    ComparedView {
        artifact: artifact.clone(),
        environment: environment.clone(),
        window: options.window.map(shown),
        at_least: options.at_least,
        from: side(from, &compared.from),
        to: side(to, &compared.to),
        metrics: compared.metrics.iter().map(comparison).collect(),
    }
}

fn side(version: VersionNumber, known: &Measurements) -> MeasuredVersionView {
    let [_, succeeded, failed, unknown] = known.runs();
    MeasuredVersionView {
        version,
        tally: TallyView::new(succeeded, failed, unknown),
        left_out: known.left_out(),
        older_left_out: known.older_left_out,
    }
}

fn comparison(comparison: &Comparison) -> ComparisonView {
    let value = |value: Value| ValueView { mean: value.mean, samples: value.samples };
    ComparisonView {
        metric: comparison.metric.to_string(),
        from: comparison.from.map(value),
        to: comparison.to.map(value),
        delta: comparison.delta,
        delta_percent: comparison.delta_percent,
        improvement: comparison.improvement,
        direction: comparison.direction.map(word),
        change: comparison.change.as_str(),
        description: comparison.to_string(),
    }
}

fn word(direction: Direction) -> String {
    direction.to_string()
}

fn shown(window: Duration) -> String {
    let signed = jiff::SignedDuration::try_from(window);
    signed.map_or_else(|_| format!("{window:?}"), |window| format!("{window:#}"))
}
