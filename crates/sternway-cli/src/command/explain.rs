//! `sternway explain`: on what a verdict rests, and what it would take to come to another.

use std::{process::ExitCode, str::FromStr};

use sternway::{
    Missing,
    api::{BreachesView, ExplanationView, PolicyFromView, PresetView, ProvenView, TestView},
    control::{Control, explain::Explanation},
    types::{Reference, Revision, Subject, Timestamp},
};

use super::policy::passed_over;
use crate::{
    context::Context,
    error::CliError,
    format::{
        number::{self, count, counted, percent},
        visible, when,
    },
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
    standing::known_environment,
    view::explained,
};

const EXAMPLES: &str = "\
Examples:
  sternway explain prompts/greeting          what is live: how far it is from going back
  sternway explain prompts/greeting@v2       the newest stay of a version
  sternway explain r7                        the rollback of a revision, as the log shows it
  sternway explain tools/search -e staging --json

Evidence is an e-value: how many times likelier the runs are if the version is worse. A version is
taken back once it is as large as one by alpha: with alpha 0.007, 143.";

/// The most outcomes that are shown.
const MOST_SHOWN: usize = 10;

/// Explain a verdict: the rule, the numbers, what it would take to come to another, the outcomes that
/// decided, and what other policies would have said. Reads the log of the stay, and changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What is live (KEY), the newest stay of a version (KEY@v2), or a rollback (r7).
    #[arg(value_name = "KEY[@SELECTOR]|REVISION")]
    what: What,
}

/// What is to be explained.
#[derive(Clone, Debug)]
enum What {
    Version(Reference),
    Rollback(Revision),
}

impl FromStr for What {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix('r').and_then(|digits| digits.parse().ok());
        match number {
            Some(number) => Ok(Self::Rollback(Revision::new(number))),
            None => text.parse().map(Self::Version).map_err(|err| format!("{err}")),
        }
    }
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let found = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        known_environment(control, &context.environment).await?;
        let subject = stay(context, control, &args.what).await?;
        Ok(control.explain(subject).await?)
    });
    let found = found.await?;
    let view = explained::explanation(&found);
    context.answer(&view, view.verdict.verdict, |page| {
        write(&found, &view, context.now(), page);
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn stay(context: &Context, control: &Control, what: &What) -> Result<Subject, CliError> {
    let environment = &context.environment;
    match what {
        What::Version(reference) => {
            let version = control.resolve(reference, environment).await?;
            let (artifact, number) = (&version.artifact, version.number);
            let stay = control.newest_stay(artifact, number, environment).await?;
            stay.ok_or_else(|| {
                let never = format!("{artifact}@{number} was never live in {environment}");
                CliError::invalid(format!("{never}, so that nothing was judged"))
            })
        }
        What::Rollback(revision) => {
            let stay = control.stay_of_revision(*revision).await?;
            stay.ok_or_else(|| {
                let what = format!("revision {revision} took no version back");
                CliError::invalid(format!("{what}: sternway log --moves KEY shows which did"))
            })
        }
    }
}

fn write(found: &Explanation, view: &ExplanationView, now: Timestamp, page: &mut Page) {
    let (artifact, version) = (&view.subject.artifact, view.subject.version);
    let name = format!("{} {version}", style::paint(style::NAME, artifact));
    let environment = &view.subject.environment;
    match &view.verdict.regression {
        Some(regression) => {
            let symbol = page.symbols().condemned;
            let found = format_args!("{symbol} regressed in {environment}");
            let description = visible::line(&regression.description);
            page.line(format_args!("{name}  {}: {description}", style::paint(style::BAD, found)));
            page.line(format_args!(
                "  {} {}",
                field("rule"),
                visible::line(&rule(found_rule(view)))
            ));
        }
        None if view.policy.on => {
            let undecided =
                style::paint(style::GOOD, format_args!("nothing found in {environment}"));
            page.line(format_args!("{name}  {undecided}"));
        }
        None => page.line(format_args!("{name}  not judged: the policy is off")),
    }
    policy(found, view, page);
    runs(view, page);
    evidence(view, page);
    again(view, page);
    for standing in &found.standings {
        let line = standing.to_string();
        page.line(format_args!("  {} {}", field("now"), visible::line(&line)));
    }
    if let Some(proven) = &view.proven {
        page.line(format_args!("  {} {}", field("proven"), to_be_proven(proven)));
    }
    deciding(view, now, page);
    presets(&view.presets, page);
}

fn field(name: &str) -> String {
    style::paint(style::DIM, format_args!("{name:<9}"))
}

fn found_rule(view: &ExplanationView) -> Option<&serde_json::Value> {
    view.verdict.regression.as_ref().map(|regression| regression.rule.as_json())
}

/// A rule with what it was set to, as policy files write it.
fn rule(rule: Option<&serde_json::Value>) -> String {
    let Some(serde_json::Value::Object(rule)) = rule else { return String::new() };
    let name = rule.get("rule").and_then(serde_json::Value::as_str).unwrap_or_default();
    let settings = rule.iter().filter(|(key, _)| *key != "rule").map(|(key, value)| {
        let value =
            toml::Value::try_from(value).map_or_else(|_| value.to_string(), |it| it.to_string());
        format!("{key} = {value}")
    });
    [name.to_owned()].into_iter().chain(settings).collect::<Vec<_>>().join(", ")
}

/// Which version of a policy judged, if it is an artifact: in the record, or else now.
fn policy(found: &Explanation, view: &ExplanationView, page: &mut Page) {
    let judged = view.verdict.regression.as_ref();
    let judged = judged.map_or(view.policy.from.as_ref(), |found| found.policy.as_ref());
    if let Some(PolicyFromView { artifact, version: Some(version), digest: Some(digest) }) = judged
    {
        let digest = style::paint(style::DIM, number::digest(digest));
        page.line(format_args!("  {} {artifact}@{version} {digest}", field("policy")));
    }
    passed_over(&found.policy, page);
}

fn runs(view: &ExplanationView, page: &mut Page) {
    let success = view.tally.success_ratio.map(|ratio| {
        let [ratio, lower, upper] = [ratio, view.success_lower, view.success_upper].map(percent);
        format!(", {ratio} success ({lower} to {upper} in 19 of 20 cases, at every look)")
    });
    let all = counted(view.tally.total, "run");
    page.line(format_args!("  {} {all}{}", field("runs"), success.unwrap_or_default()));
    if let Some(baseline) = &view.baseline {
        let (version, runs) = (baseline.version, baseline.succeeded + baseline.failed);
        let (succeeded, runs) = (count(baseline.succeeded), counted(runs, "run"));
        let kept = "kept when this stay was first judged";
        page.line(format_args!(
            "  {} {version}: {succeeded} of {runs} succeeded, {kept}",
            field("baseline")
        ));
    }
}

fn evidence(view: &ExplanationView, page: &mut Page) {
    let Some(regression) = &view.verdict.regression else { return };
    let evidence = &regression.evidence;
    let all = evidence.succeeded + evidence.failed;
    let at = format!("at run {}: {} failed", count(all), count(evidence.failed));
    match &evidence.test {
        Some(test) => {
            let [found, needed] = [test.ln_e, test.ln_threshold].map(f64::exp);
            let rate = held_to(test);
            let large = format!("e-value {found:.0} of {needed:.0}");
            page.line(format_args!("  {} {at}, {rate}, {large}", field("decided")));
        }
        None => page.line(format_args!("  {} {at}", field("decided"))),
    }
}

/// What the version is held to, and for a limit how many runs are beyond it.
fn held_to(test: &TestView) -> String {
    match test.breaches {
        Some(BreachesView { limit, runs, beyond }) => {
            let share = 1.0 - test.success_rate;
            let (beyond, runs) = (count(beyond), count(runs));
            format!("{beyond} of {runs} beyond {limit}, where a share of {share:.4} may be")
        }
        None => format!("held to a success rate of {:.4} ({})", test.success_rate, test.against),
    }
}

fn again(view: &ExplanationView, page: &mut Page) {
    let said = match view.again {
        Some(true) => "the log leads to the same verdict again".to_owned(),
        Some(false) => {
            style::paint(style::BAD, "the log does not lead to this verdict: sternway verify")
        }
        None => return,
    };
    page.line(format_args!("  {} {said}", field("again")));
}

fn to_be_proven(proven: &ProvenView) -> String {
    let rate = format!("a success rate above {:.4} ({})", proven.success_rate, proven.against);
    match proven.successes_until {
        Some(0) => format!("it is: {rate}"),
        Some(1) => format!("1 more success would prove {rate}"),
        Some(more) => format!("{} more successes in a row would prove {rate}", count(more)),
        None => format!("nobody can say how many successes would prove {rate}"),
    }
}

fn deciding(view: &ExplanationView, now: Timestamp, page: &mut Page) {
    if view.deciding.is_empty() {
        return;
    }
    page.line("");
    let mut table = Table::new([
        Column::Left("ENDED"),
        Column::Left("ERROR"),
        Column::Left("OUTCOME"),
        Column::Left("MESSAGE"),
    ]);
    let left_out = view.deciding.len().saturating_sub(MOST_SHOWN);
    for outcome in view.deciding.iter().skip(left_out) {
        let message = outcome.message.lines().next().unwrap_or_default();
        table.row([
            Cell::new(when::ago(outcome.at, now)),
            Cell::styled(style::BAD, outcome.error_class.as_deref().unwrap_or("failed")),
            Cell::new(&outcome.outcome),
            Cell::new(visible::line(message)),
        ]);
    }
    table.write(page);
    if left_out > 0 {
        page.hint(format_args!("{} before these decided as well", counted(left_out as u64, "run")));
    }
}

fn presets(presets: &[PresetView], page: &mut Page) {
    page.line("");
    let mut table = Table::new([
        Column::Left("PRESET"),
        Column::Right("WOULD HAVE DECIDED"),
        Column::Left("BY"),
    ]);
    for said in presets {
        let at = said.at.map_or_else(|| "not yet".to_owned(), |at| format!("at run {}", count(at)));
        table.row([
            Cell::new(said.preset),
            Cell::new(at),
            Cell::new(said.rule.as_deref().unwrap_or_default()),
        ]);
    }
    table.write(page);
}
