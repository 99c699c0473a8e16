//! A run that begins, and what its end is about.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::BegunView,
    control::{Control, runs::Opening},
    store::Opened,
    types::{EnvironmentId, OutcomeId, Reference, Selector, Subject},
};

use super::Args;
use crate::{
    context::Context,
    error::CliError,
    format::{duration, shell},
    render::{page::Page, style},
};

/// Opens a run.
pub(super) async fn run(
    context: &Context,
    args: &Args,
    reference: &Reference,
) -> Result<ExitCode, CliError> {
    let environment = &context.environment;
    let view = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let version = control.resolve(reference, environment).await?;
        let subject = control.subject(&version.artifact, version.number, environment).await?;
        let name = args.id.clone().unwrap_or_else(|| control.ids().outcome().to_string());
        let id = OutcomeId::of_run(&subject.artifact, environment, &name);
        let (deadline, assigned) = (args.begin.deadline, args.assigned);
        let begun = control.open_run(Opening { id, subject, deadline, assigned }).await?;
        let opened = match begun.opened {
            Opened::Now => "now",
            Opened::Before => "before",
            Opened::Ended => "ended",
        };
        Ok(BegunView { name, opened, run: (&begun.run).into(), dry_run: context.dry_run })
    });
    let view = view.await?;
    context.answer(&view, &view.name, |page| write(context, &view, page))?;
    Ok(ExitCode::SUCCESS)
}

fn write(context: &Context, view: &BegunView, page: &mut Page) {
    let subject = &view.run.subject;
    let name = format!("{} {}", style::paint(style::NAME, &subject.artifact), subject.version);
    if view.opened == "ended" {
        page.line(format_args!("{name} unchanged: how this run ended was recorded before"));
        return;
    }
    let said = match (view.opened, context.dry_run) {
        ("before", _) => "unchanged: this run is open since before",
        (_, true) => "would be begun",
        (_, false) => "begun",
    };
    let left = duration::shown(view.run.due_at.since(context.now()));
    page.line(format_args!("{said}. {name} fails unless its end is recorded within {left}"));
    let (flags, run) = (context.flags(), shell::quoted(view.name.as_ref()));
    page.next(&[format!("sternway{flags} record {} --ok --id {run}", subject.artifact)]);
}

/// What an outcome is about: the run that was opened under its name, if one is open and the reference says
/// nothing else, or else what the reference names.
pub(super) async fn subject_of(
    control: &Control,
    args: &Args,
    reference: &Reference,
    environment: &EnvironmentId,
) -> Result<Subject, CliError> {
    let open = match &args.id {
        Some(name) => {
            let id = OutcomeId::of_run(&reference.artifact, environment, name);
            control.store().open_run(control.namespace(), id).await?
        }
        None => None,
    };
    // What was live when it began may have been replaced meanwhile.
    if let Some(run) = &open
        && reference.selector == Selector::Live
    {
        return Ok(run.subject.clone());
    }
    let version = control.resolve(reference, environment).await?;
    match open {
        Some(run) if run.subject.version == version.number => Ok(run.subject),
        Some(run) => {
            let (id, begun) = (args.id.as_deref().unwrap_or_default(), run.subject.version);
            let why =
                format!("the run {id:?} is one of {begun}, and {reference} is {}", version.number);
            Err(CliError::invalid(why).with_help(format!("name {} alone", reference.artifact)))
        }
        None => Ok(control.subject(&version.artifact, version.number, environment).await?),
    }
}
