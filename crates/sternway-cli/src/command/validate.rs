//! `sternway validate`: what the checks say about a content, before anybody publishes it.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::{CheckedView, ProblemCode, ValidatedView},
    control::{publish::Publish, validate::CheckReport},
    types::ArtifactId,
};

use crate::{
    context::Context,
    error::CliError,
    format::visible,
    input::{kind::KindArgs, source::Source},
    render::{page::Page, style},
    view,
};

const EXAMPLES: &str = "\
Examples:
  sternway validate configs/bot bot.json
  sternway validate tools/search search.py -e staging --json
  sternway policy show configs/bot           which checks hold

Exit status 6 if a check fails, or comes to no answer. Validators are commands of your own settings:
sternway help settings";

/// Check a file as publishing it would, and publish nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Whose version it would become: COLLECTION/NAME, such as configs/bot.
    #[arg(value_name = "KEY")]
    artifact: ArtifactId,

    /// The file with the content; `-` for standard input.
    #[arg(value_name = "FILE|-")]
    file: Source,

    #[command(flatten)]
    kind: KindArgs,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let content = args.kind.content(args.file.read()?, args.file.path())?;
    let plan = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        control.fits_as_policy(&args.artifact, &content).await?;
        Ok(control.plan_checks(&args.artifact, &context.environment).await?)
    });
    // The store is not held while commands run.
    let report = plan.await?.run(&context.validators(), &content, None).await?;
    let checks = view::checks(&report.checks);
    let view = ValidatedView {
        passed: checks.iter().all(|check| check.result.passed),
        refused: report.is_refused(),
        condemned: !report.is_refused() && report.is_condemned(),
        artifact: report.artifact,
        environment: report.environment,
        digest: report.digest,
        checks,
    };
    context.answer(&view, view.artifact.as_str(), |page| {
        let (name, environment) = (style::paint(style::NAME, &view.artifact), &view.environment);
        page.line(match (view.refused, view.condemned, view.checks.len()) {
            (true, ..) => format!("{name}  would be {}", style::paint(style::BAD, "refused")),
            (_, true, _) => {
                let condemned = format!("condemned in {environment}");
                format!("{name}  would be {}", style::paint(style::BAD, condemned))
            }
            (.., 0) => format!("{name}  nothing is checked in {environment}"),
            _ => format!("{name}  {}", style::paint(style::GOOD, "passes")),
        });
        write(&view.checks, page);
    })?;
    Ok(code(view.passed))
}

/// What a command ends with whose content passed, or did not.
pub(super) fn code(passed: bool) -> ExitCode {
    let failed = ExitCode::from(ProblemCode::PolicyCheckFailed.exit_code());
    if passed { ExitCode::SUCCESS } else { failed }
}

/// Writes what each check found.
pub(super) fn write(checks: &[CheckedView], page: &mut Page) {
    for check in checks {
        let result = &check.result;
        let (name, took) =
            (&check.name, style::paint(style::DIM, format!("{} ms", result.took_ms)));
        if result.passed {
            page.line(format_args!("  {name}: {}  {took}", style::paint(style::GOOD, "passed")));
            continue;
        }
        page.line(format_args!("  {name}: {}  {took}", style::paint(style::BAD, "failed")));
        for violation in &result.violations {
            let place = Some(&violation.pointer).filter(|pointer| !pointer.is_empty());
            let place = place.map_or_else(String::new, |pointer| format!("{pointer}: "));
            let text = format!("{place}{}", violation.message);
            for line in visible::block(&text).lines() {
                page.line(format_args!("    {line}"));
            }
        }
        if result.more_violations > 0 {
            page.line(format_args!("    and {} more", result.more_violations));
        }
    }
}

/// Checks what is to be published before the store is held for it: what takes its time keeps nobody
/// waiting. Only commands do, so that without any this is left to the publish.
///
/// # Errors
///
/// [`CliError`] if a check comes to no answer, or the store cannot be read.
pub(super) async fn ahead(
    context: &Context,
    publish: &Publish,
) -> Result<Option<CheckReport>, CliError> {
    if context.settings.validators.is_empty() {
        return Ok(None);
    }
    let plan = context
        .with(Missing::Refuse, async |sternway| Ok(sternway.control().checks_of(publish).await?));
    match plan.await {
        Ok(Some(plan)) => Ok(Some(plan.run(&context.validators(), &publish.content, None).await?)),
        // Where there is no store, there is no policy.
        Ok(None) | Err(CliError::NoStore { .. } | CliError::NoNamespace { .. }) => Ok(None),
        Err(err) => Err(err),
    }
}
