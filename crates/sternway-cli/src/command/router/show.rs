//! Asks a router what it does, and compares that with what the store wants.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::{ProblemCode, RoutedView, RouterDetailView, StepView},
    provider::RouterError,
    types::{ArtifactId, EnvironmentId, Route},
};

use super::{list::line, view};
use crate::{
    command::routers::shares,
    context::Context,
    error::{CliError, nearest},
    format::visible,
    render::{page::Page, style},
    settings::routers::RouterSetting,
};

/// Which router.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What it is called in the settings.
    #[arg(value_name = "NAME")]
    name: String,
}

/// What a router answered for an artifact in an environment.
struct Answer {
    artifact: ArtifactId,
    environment: EnvironmentId,
    observed: Result<Option<Route>, RouterError>,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let (name, setting) = named(context, &args.name)?;
    // The store is let go of meanwhile: a router may take its time.
    let answers = ask(setting).await;
    let wanted = context.with(Missing::Refuse, async |sternway| {
        let mut wanted = Vec::with_capacity(answers.len());
        for Answer { artifact, environment, .. } in &answers {
            wanted.push(sternway.control().wanted_route(artifact, environment).await?);
        }
        Ok(wanted)
    });
    let wanted = wanted.await?;
    let router = view(context, name, setting);
    let both = answers.into_iter().zip(wanted);
    let routes: Vec<_> = both
        .map(|(answer, wanted)| compared(context, router.told, answer, wanted.as_ref()))
        .collect();
    let away = routes.iter().any(|it| it.state == StepView::Away);
    let detail = RouterDetailView { router, routes };
    let worst = detail.routes.iter().map(|it| it.state).find(|it| *it != StepView::InStep);
    let word = worst.unwrap_or(StepView::InStep).as_str();
    context.answer(&detail, word, |page| write(&detail, page))?;
    Ok(if away {
        ExitCode::from(ProblemCode::RouterUnavailable.exit_code())
    } else {
        ExitCode::SUCCESS
    })
}

/// The router of a name.
pub(super) fn named<'a>(
    context: &'a Context,
    asked: &str,
) -> Result<(&'a str, &'a RouterSetting), CliError> {
    let found = context.own_routers().find(|(name, _)| *name == asked);
    found.ok_or_else(|| unknown(context, asked))
}

fn unknown(context: &Context, name: &str) -> CliError {
    let known = || context.own_routers().map(|(name, _)| name.to_owned());
    let near = nearest(name, known()).map(|near| format!(": did you mean {near}?"));
    let (name, near) = (visible::line(name), near.unwrap_or_default());
    CliError::invalid(format!("there is no router {name} in the settings{near}"))
        .with_help("sternway router list")
}

async fn ask(setting: &RouterSetting) -> Vec<Answer> {
    let router = setting.router();
    let (mut answers, mut away) = (Vec::new(), None::<RouterError>);
    for artifact in &setting.artifacts {
        for environment in &setting.environments {
            // Whoever does not answer once is not waited for again.
            let observed = match &away {
                Some(err) => Err(err.clone()),
                None => router.observe(artifact, environment).await,
            };
            if let Err(err @ RouterError::Unreachable { .. }) = &observed {
                away = Some(err.clone());
            }
            let (artifact, environment) = (artifact.clone(), environment.clone());
            answers.push(Answer { artifact, environment, observed });
        }
    }
    answers
}

fn compared(context: &Context, told: bool, answer: Answer, wanted: Option<&Route>) -> RoutedView {
    let Answer { artifact, environment, observed } = answer;
    let state = match &observed {
        Ok(observed) => StepView::of(observed.as_ref(), wanted),
        Err(_) => StepView::Away,
    };
    RoutedView {
        help: help(context, told, state, &observed),
        problem: observed.as_ref().err().map(ToString::to_string),
        observed: observed.ok().flatten().as_ref().map(Into::into),
        wanted: wanted.map(Into::into),
        artifact,
        environment,
        state,
    }
}

/// What mends it.
fn help(
    context: &Context,
    told: bool,
    state: StepView,
    observed: &Result<Option<Route>, RouterError>,
) -> Option<String> {
    if matches!(observed, Err(RouterError::Unable { .. })) {
        return Some("docs/routers.md, \"Set up\"".into());
    }
    let mends = format!("sternway{} supervise --once", context.flags());
    match state {
        StepView::InStep => None,
        StepView::Away => {
            Some("is it running, and may you use its socket? (stats socket … level admin)".into())
        }
        StepView::Ahead => Some(
            "another store tells it, or somebody moves it just now: look again, and at sternway settings list"
                .into(),
        ),
        StepView::Forgot
        | StepView::Behind
        | StepView::Differs
        | StepView::Withdrawn
        | _ if !told =>
        {
            Some("name the store in sternway.toml, or by STERNWAY_STORE: then it is told".into())
        }
        StepView::Forgot
        | StepView::Behind
        | StepView::Differs
        | StepView::Withdrawn
        | _ => Some(mends),
    }
}

fn write(detail: &RouterDetailView, page: &mut Page) {
    line(&detail.router, page);
    for routed in &detail.routes {
        let name = style::paint(style::NAME, &routed.artifact);
        let color = match routed.state {
            StepView::InStep => style::GOOD,
            StepView::Away => style::BAD,
            StepView::Forgot
            | StepView::Behind
            | StepView::Ahead
            | StepView::Differs
            | StepView::Withdrawn
            | _ => style::WAITING,
        };
        let state = style::paint(color, routed.state.as_str());
        page.line(format_args!("{name} in {}  {state}", routed.environment));
        match &routed.problem {
            Some(problem) => page.line(format_args!("  {}", visible::line(problem))),
            None => both(routed, page),
        }
        if let Some(help) = &routed.help {
            page.next(std::slice::from_ref(help));
        }
    }
}

/// What it does, and what it should where that is another thing.
fn both(routed: &RoutedView, page: &mut Page) {
    let observed = routed.observed.as_ref();
    let does =
        observed.map_or_else(|| "no route: requests go to the default backend".into(), shares);
    if routed.state == StepView::InStep && observed.is_none() {
        return page.line("  nothing is live, and it has no route");
    }
    page.line(format_args!("  does   {does}"));
    if routed.state != StepView::InStep {
        let wants =
            routed.wanted.as_ref().map_or_else(|| "nothing: nothing is live".into(), shares);
        page.line(format_args!("  wants  {wants}"));
    }
}
