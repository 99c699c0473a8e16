//! `sternway policy`: when a version is taken back by itself.

mod file;
mod page;
#[cfg(test)]
mod refused;

use std::process::ExitCode;

use clap::Subcommand;
use sternway::{
    Missing,
    api::{
        EffectivePolicyView, ListView, PolicySetView, PolicyUnsetView, PolicyView, Problem,
        ProblemCode,
    },
    store::Limit,
    types::{ArtifactId, At, Policy, PolicyScope, PolicySetting, Preset, Reason, RecordKey},
};

pub(crate) use self::file::meant;
pub(super) use self::{file::named, page::passed_over};
use self::{
    file::parse,
    page::{write, write_all, write_checks},
};
use crate::{
    context::Context, error::CliError, input::source::Source, render::style,
    standing::known_environment, view,
};

const EXAMPLES: &str = "\
Examples:
  sternway policy show prompts/greeting              what holds for it, and where that was set
  sternway policy set artifact:prompts/greeting strict.toml
  sternway policy set namespace - < policy.json
  sternway policy set namespace --preset tiers       the three fixed tiers
  sternway policy set collection:tools --from policies/strict
                                             what is live of that artifact
  sternway policy off environment:staging            nothing is taken back there by itself
  sternway policy unset environment:staging          what holds around it holds there again
  sternway policy list

A policy may be a version of an artifact of the collection policies: publish, promote and rollback
release it, and it holds wherever it is live. Publishing refuses what is no policy.

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
        #[arg(value_name = "FILE|-", required_unless_present_any = ["preset", "from"])]
        file: Option<Source>,
        /// A policy that has a name: immediate, tiers or artifact.
        #[arg(long, value_name = "NAME", conflicts_with = "file")]
        preset: Option<Preset>,
        /// What is live of an artifact of policies, wherever what is judged is live.
        #[arg(long, value_name = "KEY", conflicts_with_all = ["file", "preset"])]
        from: Option<ArtifactId>,
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
        Command::Set { scope, file, preset, from, why } => {
            let setting = match (file, preset, from) {
                (.., Some(from)) => PolicySetting::From(from),
                (_, Some(preset), None) => PolicySetting::On(Policy::preset(preset)),
                (Some(file), None, None) => PolicySetting::On(parse(&file)?),
                (None, None, None) => {
                    return Err(CliError::invalid("give a file, a preset or an artifact"));
                }
            };
            set(context, scope, setting, why).await?;
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
        let from = effective.from.as_ref().map(|from| format!(", {from}")).unwrap_or_default();
        page.line(format_args!("{name} in {environment}: {set}{from}"));
        passed_over(&effective, page);
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
        let control = sternway.control();
        let revision = control.set_policy(scope.clone(), setting.clone(), &intent).await?;
        let unreleased = match &setting {
            PolicySetting::From(artifact) => {
                control.unreleased(artifact, std::slice::from_ref(&scope)).await?
            }
            PolicySetting::Off | PolicySetting::On(_) => Vec::new(),
        };
        Ok((revision, unreleased.into_iter().map(|it| it.environment).collect::<Vec<_>>()))
    });
    let ((revision, not_live_in), dry_run) = (set.await?, context.dry_run);
    let policy = PolicyView::new(Some(&scope), &setting);
    let view = PolicySetView { policy, not_live_in, revision, dry_run };
    context.answer(&view, &scope.to_string(), |page| {
        let (name, would) = (style::paint(style::NAME, &scope), context.would());
        page.line(format_args!("{name}  {would}set"));
        write_all(&setting, page);
        for environment in &view.not_live_in {
            let warning = format!(
                "{} nothing of it is live in {environment}: what holds around it holds there",
                page.symbols().warning
            );
            page.line(format_args!("  {}", style::paint(style::WAITING, warning)));
        }
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
