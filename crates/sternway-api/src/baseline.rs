//! What versions are held against, as it is shown.

use std::collections::BTreeMap;

use serde::Serialize;
use sternway_types::{
    Against, ArtifactId, Beside, EnvironmentId, FrozenBaseline, Generation, TestResult,
    VersionNumber,
};

/// What was measured of the last known good version until another one's stay was first judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BaselineView {
    /// Whose versions.
    pub artifact: ArtifactId,
    /// Where they are live.
    pub environment: EnvironmentId,
    /// The generation of the pointer during the stay that is judged.
    pub generation: Generation,
    /// The version that is judged.
    pub candidate: VersionNumber,
    /// The last known good version.
    pub version: VersionNumber,
    /// How many of its runs succeeded.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// How many failed with an error of each class.
    pub errors: BTreeMap<String, u64>,
}

impl From<&FrozenBaseline> for BaselineView {
    fn from(baseline: &FrozenBaseline) -> Self {
        let errors = baseline.errors.counts().iter();
        Self {
            artifact: baseline.artifact.clone(),
            environment: baseline.environment.clone(),
            generation: baseline.generation,
            candidate: baseline.candidate,
            version: baseline.version,
            succeeded: baseline.succeeded,
            failed: baseline.failed,
            errors: errors.map(|(class, count)| (class.to_string(), *count)).collect(),
        }
    }
}

/// What a sequential test found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestView {
    /// `measured`, `expected`, `objective`, `promised` or `beside`: where the rate that the version is held against comes from.
    pub against: &'static str,
    /// The version that was measured, if one was.
    pub baseline_version: Option<VersionNumber>,
    /// How many of its runs succeeded, and failed.
    pub baseline: Option<[u64; 2]>,
    /// If copies of runs were compared one by one: how many of those that both had the version alone failed,
    /// the other alone, and how many ended alike.
    pub pairs: Option<[u64; 3]>,
    /// If runs were held against a limit: which, how many were, and how many are beyond it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaches: Option<BreachesView>,
    /// The success rate that the version is held against, from 0 to 1: of what was measured a lower
    /// bound. For a new error, how many runs may end without it.
    pub success_rate: f64,
    /// The evidence, as the natural logarithm of an e-value.
    pub ln_e: f64,
    /// What it takes.
    pub ln_threshold: f64,
    /// The class of the error, if the test is on new ones.
    pub error_class: Option<String>,
    /// How many runs failed with it.
    pub of_class: Option<u64>,
}

impl From<&TestResult> for TestView {
    fn from(test: &TestResult) -> Self {
        let (against, baseline_version, baseline) = match &test.against {
            Against::Measured { version, succeeded, failed } => {
                ("measured", Some(*version), Some([*succeeded, *failed]))
            }
            Against::Beside { version, shares } => {
                let sum =
                    |of: fn(&Beside) -> u64| shares.iter().map(of).fold(0, u64::saturating_add);
                let ends = [sum(|it| it.baseline_succeeded), sum(|it| it.baseline_failed)];
                ("beside", Some(*version), Some(ends))
            }
            Against::Expected { .. } => ("expected", None, None),
            Against::Objective { .. } => ("objective", None, None),
            Against::Promised { .. } => ("promised", None, None),
            Against::Limit { version, .. } => ("limit", *version, None),
        };
        Self {
            against,
            baseline_version,
            baseline,
            pairs: pairs_of(&test.against),
            breaches: breaches_of(&test.against),
            success_rate: test.success_rate.to_f64(),
            ln_e: test.ln_e.to_f64(),
            ln_threshold: test.ln_threshold.to_f64(),
            error_class: test.class.as_ref().map(ToString::to_string),
            of_class: test.of_class,
        }
    }
}

/// How many runs are beyond a limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BreachesView {
    /// The limit, in the unit of the metric.
    pub limit: f64,
    /// How many runs were measured.
    pub runs: u64,
    /// How many of them are beyond it.
    pub beyond: u64,
}

fn breaches_of(against: &Against) -> Option<BreachesView> {
    let Against::Limit { limit, runs, beyond, .. } = against else { return None };
    Some(BreachesView { limit: limit.to_f64(), runs: *runs, beyond: *beyond })
}

fn pairs_of(against: &Against) -> Option<[u64; 3]> {
    let Against::Beside { shares, .. } = against else { return None };
    let pairs = Beside::paired(shares);
    (!pairs.is_empty()).then_some([pairs.alone, pairs.other_alone, pairs.alike])
}
