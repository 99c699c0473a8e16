//! `sternway policy`: when a version is taken back by itself.

mod culprit;
mod file;

use std::process::ExitCode;

use clap::Subcommand;
use sternway::{
    Missing,
    api::{
        EffectivePolicyView, ListView, PolicySetView, PolicyUnsetView, PolicyView, Problem,
        ProblemCode, error_rate,
    },
    store::Limit,
    types::{
        Action, ArtifactId, At, CheckKind, ContentCheck, OnFailure, Policy, PolicyScope,
        PolicySetting, Preset, Reason, RecordKey, Rule,
    },
};

pub(super) use self::file::named;
use self::file::parse;
use crate::{
    context::Context,
    error::CliError,
    input::source::Source,
    render::{page::Page, style},
    standing::known_environment,
    view,
};

const EXAMPLES: &str = "\
Examples:
  sternway policy show prompts/greeting              what holds for it, and where that was set
  sternway policy set artifact:prompts/greeting strict.toml
  sternway policy set namespace - < policy.json
  sternway policy set namespace --preset tiers       the three fixed tiers
  sternway policy off environment:staging            nothing is taken back there by itself
  sternway policy unset environment:staging          what holds around it holds there again
  sternway policy list

A scope is namespace, collection:NAME, artifact:COLLECTION/NAME or environment:NAME; the later of
these that is set wins over the earlier. A policy in a file:
  activation = \"staged\"                              or \"immediate\"
  action = \"roll_back\"                               or \"pause\", \"notify\", \"shadow\"
  rollbacks_per_day = 2                              then a person must act
  cooldown = \"6h\"                                  after each rollback; default: none
  [[rules]]
  rule = \"worse\"                                     fewer runs succeed than before
  alpha = 0.009                                      wrong in so many healthy versions, ever
  expected = 0.9                                     until min_baseline = 200 were measured
  [[rules]]
  rule = \"consecutive_failures\"                      3 failures in a row
  count = 3
  window = \"5m\"
The other rules: new_error (alpha), signature_errors (count, among, window, classes), all_failed
(at_least, window), failure_rate (threshold, operator, at_least, window), custom (trigger), and
degraded, which compares with the last good version:
  [[rules]]
  rule = \"degraded\"
  metric = \"success_rate\"                          error_rate, duration, duration.p95, cost, or a score
  mode = \"points\"                                  or \"relative\": a share of the baseline
  threshold = 0.15                                 a share is from 0 to 1, never a percentage
It also takes direction, operator, at_least, window, baseline_window, absolute_floor and missing.
A mean that was promised, on a scale from 0 to cap, and an alarm for as long as a version is live:
  [[rules]]
  rule = \"mean\"
  metric = \"cost\"                                  duration in milliseconds, or a score
  at_most = 0.05                                   or at_least, where more is better
  cap = 0.5
  [[rules]]
  rule = \"breach\"                                more runs beyond what those before kept to
  metric = \"duration\"                              or cost; also at_most, a limit of your own
  quantile = 0.95                                  the share that keeps to it; also min_baseline
  [[rules]]
  rule = \"decline\"                                 also objective, expected, min_baseline
  run_length = 1000000                             runs until a false alarm
  action = \"notify\"                                or \"roll_back\"
Instead of rules a file may say preset = \"sound\", \"cautious\", \"twitchy\", \"immediate\", \"tiers\",
\"artifact\" or \"notify-only\". sternway simulate says how often a policy is wrong.
Checks look at every content before it is published; those of all scopes add up:
  [[checks]]
  name = \"shape\"                              off = true drops that of a wider scope
  schema = { type = \"object\" }                a JSON Schema, or schema_from = \"schemas/bot@v3\"
  on_failure = \"condemn\"                       or \"refuse\", which is the default
  [[checks]]
  name = \"lint\"
  validator = \"lint\"                          a command of each publisher's own settings";

/// See and set when a version is taken back by itself.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What holds for an artifact in the environment of --env, and where that was set.
    Show {
        /// Which artifact.
        #[arg(value_name = "KEY")]
        artifact: ArtifactId,
    },
    /// Set the policy of a scope.
    Set {
        /// What it is for: namespace, collection:NAME, artifact:KEY or environment:NAME.
        scope: PolicyScope,
        /// The policy in TOML or JSON; `-` for standard input.
        #[arg(value_name = "FILE|-", required_unless_present = "preset")]
        file: Option<Source>,
        /// A policy that has a name: immediate, tiers or artifact.
        #[arg(long, value_name = "NAME", conflicts_with = "file")]
        preset: Option<Preset>,
        #[command(flatten)]
        why: Why,
    },
    /// Judge nothing in a scope: nothing is taken back by itself.
    Off {
        /// What it is for: namespace, collection:NAME, artifact:KEY or environment:NAME.
        scope: PolicyScope,
        #[command(flatten)]
        why: Why,
    },
    /// Take the policy of a scope away: what holds around it holds there again.
    Unset {
        /// What it was for: namespace, collection:NAME, artifact:KEY or environment:NAME.
        scope: PolicyScope,
        #[command(flatten)]
        why: Why,
    },
    /// List the policies that were set.
    List,
}

/// Why.
#[derive(Debug, clap::Args)]
struct Why {
    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    match args.command {
        Command::Show { artifact } => show(context, &artifact).await?,
        Command::Set { scope, file, preset, why } => {
            let policy = match (file, preset) {
                (_, Some(preset)) => Policy::preset(preset),
                (Some(file), None) => parse(&file)?,
                (None, None) => return Err(CliError::invalid("give a file or a preset")),
            };
            set(context, scope, PolicySetting::On(policy), why).await?;
        }
        Command::Off { scope, why } => set(context, scope, PolicySetting::Off, why).await?,
        Command::Unset { scope, why } => unset(context, &scope, why).await?,
        Command::List => list(context).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(context: &Context, artifact: &ArtifactId) -> Result<(), CliError> {
    let effective = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        known_environment(control, &context.environment).await?;
        let policy = control.effective_policy(artifact, &context.environment).await?;
        Ok((policy, control.effective_checks(artifact, &context.environment).await?))
    });
    let (effective, checks) = effective.await?;
    let view = EffectivePolicyView::new(view::policy(&effective), &checks);
    let scope = view.policy.scope.clone().unwrap_or_else(|| "built-in".into());
    context.answer(&view, &scope, |page| {
        let (name, environment) = (style::paint(style::NAME, artifact), &context.environment);
        let set = view
            .policy
            .scope
            .as_ref()
            .map_or("the built-in policy".into(), |it| format!("set for {it}"));
        page.line(format_args!("{name} in {environment}: {set}"));
        write(&effective.setting, page);
        write_checks(&checks, page);
    })
}

async fn set(
    context: &Context,
    scope: PolicyScope,
    setting: PolicySetting,
    why: Why,
) -> Result<(), CliError> {
    let intent = context.intent(why.reason);
    let set = context.with(Missing::Refuse, async |sternway| {
        Ok(sternway.control().set_policy(scope.clone(), setting.clone(), &intent).await?)
    });
    let (revision, dry_run) = (set.await?, context.dry_run);
    let policy = PolicyView::new(Some(&scope), &setting);
    let view = PolicySetView { policy, revision, dry_run };
    context.answer(&view, &scope.to_string(), |page| {
        let (name, would) = (style::paint(style::NAME, &scope), context.would());
        page.line(format_args!("{name}  {would}set"));
        write_all(&setting, page);
    })
}

async fn unset(context: &Context, scope: &PolicyScope, why: Why) -> Result<(), CliError> {
    let intent = context.intent(why.reason);
    let unset = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let set = control
            .store()
            .record(control.namespace(), &RecordKey::policy(scope), At::Head)
            .await?;
        if set.is_none_or(|entry| entry.record.is_none()) {
            let detail = format!("no policy was set for {scope}");
            let problem = Problem::new(ProblemCode::PolicyNotFound, detail);
            return Err(CliError::Problem(Box::new(problem.with_help("sternway policy list"))));
        }
        Ok(control.unset_policy(scope, &intent).await?)
    });
    let revision = unset.await?;
    let view = PolicyUnsetView { scope: scope.to_string(), revision, dry_run: context.dry_run };
    context.answer(&view, &view.scope, |page| {
        let (name, would) = (style::paint(style::NAME, scope), context.would());
        page.line(format_args!(
            "{name}  {would}taken away: what holds around it holds there again"
        ));
    })
}

async fn list(context: &Context) -> Result<(), CliError> {
    let records = context.with(Missing::Refuse, async |sternway| {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = sternway.control().policies(after.as_ref(), Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = Some(last.scope.clone());
            all.extend(page);
        }
    });
    let records = records.await?;
    let views = records.iter().map(|it| PolicyView::new(Some(&it.scope), &it.setting));
    let list = ListView::whole(views.collect());
    let name = |view: &PolicyView| view.scope.clone().unwrap_or_default();
    context.answer_list(&list, name, |page| {
        if records.is_empty() {
            page.line("none was set: the built-in policy holds everywhere");
            write(&PolicySetting::On(Policy::default()), page);
        }
        for record in &records {
            page.line(style::paint(style::NAME, &record.scope));
            write_all(&record.setting, page);
        }
    })
}

fn write(setting: &PolicySetting, page: &mut Page) {
    match setting {
        PolicySetting::Off => {
            let off = style::paint(style::WAITING, "off: nothing is taken back by itself");
            page.line(format_args!("  {} {off}", field("rules")));
        }
        PolicySetting::On(policy) => {
            let view = sternway::api::RulesView::from(policy);
            page.line(format_args!("  {} {}", field("activation"), view.activation));
            for (index, rule) in policy.rules().iter().enumerate() {
                let name = if index == 0 { "rules" } else { "" };
                let tier = rule.name().tier();
                page.line(format_args!("  {} {tier}: {}", field(name), Rule::to_string(rule)));
            }
            if policy.action() != Action::RollBack {
                page.line(format_args!("  {} {}", field("action"), view.action));
            }
            if policy.rollbacks_per_day() != Policy::ROLLBACKS_PER_DAY {
                let budget = format_args!("{} rollbacks a day", policy.rollbacks_per_day());
                page.line(format_args!("  {} {budget}", field("budget")));
            }
            if let Some(cooldown) = &view.cooldown {
                page.line(format_args!("  {} {cooldown} after a rollback", field("cooldown")));
            }
            let preset = policy.as_preset().map(|preset| format!("{preset}: ")).unwrap_or_default();
            page.hint(format_args!("  {} {preset}{}", field("note"), error_rate(policy)));
        }
    }
}

/// Writes a policy with its own checks.
fn write_all(setting: &PolicySetting, page: &mut Page) {
    write(setting, page);
    if let PolicySetting::On(policy) = setting {
        write_checks(policy.checks(), page);
    }
}

fn write_checks(checks: &[ContentCheck], page: &mut Page) {
    for (index, check) in checks.iter().enumerate() {
        let name = if index == 0 { "checks" } else { "" };
        page.line(format_args!("  {} {}", field(name), said(check)));
    }
}

fn field(name: &str) -> String {
    style::paint(style::DIM, format_args!("{name:<11}"))
}

/// A check in a line.
fn said(check: &ContentCheck) -> String {
    let by = match check.kind() {
        CheckKind::Off => return format!("{}: off", check.name()),
        CheckKind::Schema(_) => "the JSON Schema in the policy".into(),
        CheckKind::SchemaFrom(reference) => format!("the JSON Schema {reference}"),
        CheckKind::Validator(name) => format!("the validator {name} of each publisher"),
    };
    let failure = match check.on_failure() {
        OnFailure::Refuse => "refuses",
        OnFailure::Condemn => "condemns",
    };
    format!("{}: {by}; {failure} what fails", check.name())
}
