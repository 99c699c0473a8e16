//! Makes a health check by hand, of what is not deployed yet.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::ProbedView,
    control::{Control, ControlError},
    deploy::immediate,
    provider::{Health, Ids as _, RandomIds, Unprobed},
    types::{
        Deployment, DeploymentId, EnvironmentId, Generation, Limits, Member, ProbeId, Reference,
        Regime, Wait, Weight,
    },
};

use crate::{
    command::{probe_of, promote::selected},
    context::Context,
    error::{CliError, nearest},
    format::visible,
    render::{page::Page, style},
};

/// What it ends with if nothing was found out.
const UNKNOWN: u8 = 7;
/// What it ends with if something is not well.
const UNWELL: u8 = 8;

/// Which one, and of what.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The name of a health check of your settings ([health.NAME]).
    #[arg(value_name = "NAME")]
    name: ProbeId,

    /// What it is told that is to be deployed: KEY@vN, KEY@latest, …. Nothing else happens to it. A hook is
    /// told in any case.
    #[arg(long = "of", value_name = "REF", value_parser = selected)]
    of: Vec<Reference>,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let probe = probe_of(&context.settings.health, &args.name);
    let probe = probe.ok_or_else(|| unknown(context, &args.name))?;
    let members = if args.of.is_empty() {
        Vec::new()
    } else {
        let environment = &context.environment;
        let found = context.with(Missing::Refuse, async |sternway| {
            let control = sternway.control();
            let mut members = Vec::with_capacity(args.of.len());
            for reference in &args.of {
                members.push(member(control, reference, environment).await?);
            }
            Ok(members)
        });
        found.await?
    };
    if context.dry_run {
        context.console.note(&format!("{} would be asked", args.name));
        return Ok(ExitCode::SUCCESS);
    }
    // The store is let go of: whoever answers may take their time.
    let answer = probe.probe(&proposed(context, members)?).await;
    let view = view(args.name, &answer);
    context.answer(&view, view.answer, |page| write(&view, &answer, page))?;
    Ok(match answer {
        Ok(Health::Well) => ExitCode::SUCCESS,
        Ok(Health::Unwell(_)) => ExitCode::from(UNWELL),
        Err(_) => ExitCode::from(UNKNOWN),
    })
}

fn unknown(context: &Context, name: &ProbeId) -> CliError {
    let known = context.settings.health.keys().map(ToString::to_string);
    let near = nearest(name.as_str(), known);
    let refused = CliError::from(ControlError::NoProbe(name.clone()));
    match near {
        Some(near) => {
            refused.with_help(format!("did you mean {near}? See also: sternway health list"))
        }
        None => refused,
    }
}

/// A version as a deployment would have it, which has no runs yet.
async fn member(
    control: &Control,
    reference: &Reference,
    environment: &EnvironmentId,
) -> Result<Member, CliError> {
    let version = control.resolve(reference, environment).await?;
    let to = version.number;
    let from = match control.live_version(&version.artifact, environment).await {
        Ok((_, live)) => live.number,
        Err(ControlError::NotLive { .. }) => to,
        Err(err) => return Err(err.into()),
    };
    let (generation, weight, shadow) = (Generation::ZERO, Weight::ZERO, Weight::ZERO);
    let regimes = vec![Regime { generation, weight, arms: Vec::new(), shadow, matched: false }];
    Ok(Member { artifact: version.artifact, from, to, rivals: Vec::new(), regimes, baseline: None })
}

/// A deployment that is not begun, and that nobody hears of but who is asked.
fn proposed(context: &Context, mut members: Vec<Member>) -> Result<Deployment, CliError> {
    members.sort_unstable_by(|one, other| one.artifact.cmp(&other.artifact));
    let plan = immediate(Wait::default(), Limits::default()).map_err(CliError::invalid_by)?;
    let now = context.now();
    Ok(Deployment::new(
        DeploymentId::from_uuid(RandomIds.changeset().as_uuid()),
        context.environment.clone(),
        members,
        plan,
        context.actor.clone(),
        now,
    ))
}

fn view(name: ProbeId, answer: &Result<Health, Unprobed>) -> ProbedView {
    let (answer, problem) = match answer {
        Ok(Health::Well) => ("well", None),
        Ok(Health::Unwell(problem)) => ("unwell", Some(problem.clone())),
        Err(why) => ("unknown", Some(why.to_string())),
    };
    ProbedView { name, answer, problem }
}

fn write(view: &ProbedView, answer: &Result<Health, Unprobed>, page: &mut Page) {
    let (color, found) = match answer {
        Ok(Health::Well) => (style::GOOD, "well"),
        Ok(Health::Unwell(_)) => (style::BAD, "not well"),
        Err(_) => (style::WAITING, "nothing was found out"),
    };
    let (name, found) = (style::paint(style::NAME, &view.name), style::paint(color, found));
    page.line(format_args!("{name}  {found}"));
    for line in view.problem.iter().flat_map(|problem| problem.lines()) {
        page.line(format_args!("  {}", visible::line(line)));
    }
}
