//! Takes the requests from candidates by what the router itself says: for when the store is away.

use std::process::ExitCode;

use sternway::{
    api::{ProblemCode, RouterWithdrawnView, WithdrawnView, WithdrewView},
    provider::{FromRoute, RouterError, Withdrew, left_with, withdraw},
    types::{ArtifactId, EnvironmentId, Reason, Route, VersionNumber, Withdrawal},
};

use super::show::named;
use crate::{
    context::Context,
    error::CliError,
    format::visible,
    render::{page::Page, style},
    settings::routers::RouterSetting,
};

const EXAMPLES: &str = "\
Examples:
  sternway router withdraw edge --reason \"checkout is red\"              of all its artifacts
  sternway router withdraw edge tools/search -e staging -m \"alert 4711\"
  sternway router withdraw edge tools/search --before v3 -m \"red\"       a candidate that is live already

It needs the settings and the router, and never the store: for when deploy abort cannot reach it. The version that
is live gets all requests, and candidates none, whatever drives. Once the store is back, whoever drives sees that,
and the deployment goes back; its history says who did so, when and why. A router that is started again meanwhile
forgets it. Exit code 10: nobody knows whether it was done.";

/// Take the requests from candidates at a router, without the store.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What it is called in the settings.
    #[arg(value_name = "NAME")]
    name: String,

    /// Whose requests; those of all its artifacts if none is named.
    #[arg(value_name = "ARTIFACT")]
    artifacts: Vec<ArtifactId>,

    /// Why. It stays in the history of the deployment.
    #[arg(short = 'm', long, value_name = "TEXT")]
    reason: Reason,

    /// What was live before a candidate that is live already: that version gets all requests then.
    #[arg(long, value_name = "VERSION")]
    before: Option<VersionNumber>,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let (name, setting) = named(context, &args.name)?;
    let environment = &context.environment;
    if args.reason.is_empty() {
        return Err(CliError::invalid("it takes a reason: that stays in the history")
            .with_help(format!("sternway router withdraw {name} --reason WHY")));
    }
    if !setting.environments.contains(environment) {
        let problem = format!("the router {name} shares out no requests in {environment}");
        return Err(CliError::invalid(problem).with_help("sternway router list"));
    }
    if let Some(other) = args.artifacts.iter().find(|it| !setting.artifacts.contains(*it)) {
        let problem = format!("the router {name} shares out no requests of {other}");
        return Err(CliError::invalid(problem).with_help("sternway router list"));
    }
    let by = context.actor.clone();
    // Whoever stops one has found the candidate to be unfit, as by `deploy abort`.
    let withdrawal = Withdrawal::new(context.now(), by, args.reason.as_str(), true)?;
    let artifacts = match &args.artifacts[..] {
        [] => setting.artifacts.iter().collect(),
        some => some.iter().collect::<Vec<_>>(),
    };
    let done = all(context, setting, &artifacts, (args.before, &withdrawal)).await;
    let view =
        RouterWithdrawnView { router: name.to_owned(), artifacts: done, dry_run: context.dry_run };
    let unknown = view.artifacts.iter().any(|it| it.outcome == WithdrewView::Unknown);
    context.answer(&view, if unknown { "unknown" } else { "withdrawn" }, |page| {
        view.artifacts.iter().for_each(|it| write(context, it, page));
    })?;
    Ok(if unknown {
        ExitCode::from(ProblemCode::RouterUnavailable.exit_code())
    } else {
        ExitCode::SUCCESS
    })
}

/// One after the other; a router that did not answer once is not waited for again.
async fn all(
    context: &Context,
    setting: &RouterSetting,
    artifacts: &[&ArtifactId],
    (before, withdrawal): (Option<VersionNumber>, &Withdrawal),
) -> Vec<WithdrawnView> {
    let (router, environment) = (setting.router(), &context.environment);
    let (mut done, mut away) = (Vec::new(), None::<RouterError>);
    for artifact in artifacts {
        let whose = (*artifact, environment);
        let withdrew = match &away {
            Some(err) => Err(err.clone()),
            None if context.dry_run => {
                router.observe(artifact, environment).await.map(|it| foreseen(it, before))
            }
            None => withdraw(router.as_ref(), whose, FromRoute::Any, before, withdrawal).await,
        };
        if let Err(err @ RouterError::Unreachable { .. }) = &withdrew {
            away = Some(err.clone());
        }
        done.push(viewed(whose, withdrew, before));
    }
    done
}

/// What would become of it.
fn foreseen(found: Option<Route>, before: Option<VersionNumber>) -> Withdrew {
    match found {
        Some(found) if found.withdrawal().is_some() => Withdrew::Before(found),
        Some(found) if left_with(&found, before).is_some() => Withdrew::Now(found),
        nothing => Withdrew::NothingToTake(nothing),
    }
}

fn viewed(
    (artifact, environment): (&ArtifactId, &EnvironmentId),
    withdrew: Result<Withdrew, RouterError>,
    before: Option<VersionNumber>,
) -> WithdrawnView {
    let problem = withdrew.as_ref().err().map(ToString::to_string);
    let (outcome, version, route) = match withdrew {
        Ok(Withdrew::Now(route)) => {
            (WithdrewView::Withdrawn, left_with(&route, before), Some(route))
        }
        Ok(Withdrew::Before(route)) => {
            (WithdrewView::Before, Some(route.live().version), Some(route))
        }
        Ok(Withdrew::NothingToTake(route)) => {
            let live = route.as_ref().map(|route| route.live().version);
            (WithdrewView::NothingToTake, live, route)
        }
        // It was asked for whichever it has.
        Ok(Withdrew::MovedOn(_)) | Err(_) => (WithdrewView::Unknown, None, None),
    };
    WithdrawnView {
        artifact: artifact.clone(),
        environment: environment.clone(),
        outcome,
        version,
        route: route.as_ref().map(Into::into),
        problem,
    }
}

fn write(context: &Context, view: &WithdrawnView, page: &mut Page) {
    let (name, environment) = (style::paint(style::NAME, &view.artifact), &view.environment);
    let all = view.version.map_or_else(
        || "it has no route: requests go to the default backend".into(),
        |version| format!("all requests go to {version}"),
    );
    let said = match view.outcome {
        WithdrewView::Withdrawn => {
            let would = if context.dry_run { "would be " } else { "" };
            let word = style::paint(style::GOOD, format_args!("{would}withdrawn"));
            format!("{word}: {all}")
        }
        WithdrewView::Before => {
            let by = view.route.as_ref().and_then(|route| route.withdrawal.as_ref());
            let by = by.map(|it| format!(", by {} at {}", it.by, it.at)).unwrap_or_default();
            format!("withdrawn before{by}: {all}")
        }
        WithdrewView::NothingToTake => format!("nothing to take: {all}"),
        WithdrewView::Unknown | _ => {
            let problem = view.problem.as_deref().unwrap_or_default();
            style::paint(style::BAD, visible::line(problem))
        }
    };
    page.line(format_args!("{name} in {environment}  {said}"));
    if view.outcome == WithdrewView::Withdrawn && !context.dry_run {
        let flags = context.flags();
        page.hint(format_args!(
            "  written down once the store is back, by whoever drives: sternway{flags} supervise"
        ));
    }
}
