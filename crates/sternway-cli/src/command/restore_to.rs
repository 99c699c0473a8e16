//! `sternway op restore`: every pointer back to where it was.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::{RestoredToView, WentBackView},
    control::restore_to::{RestoredTo, WentBack},
    types::{At, Force, PointerName, Reason, Revision, VersionNumber},
};

use crate::{
    context::Context,
    error::CliError,
    input::moment::Moment,
    render::{page::Page, style},
    settings::{Origin, key::Key},
};

const EXAMPLES: &str = "\
Examples:
  sternway op restore r12 --dry-run          say what would move, and where to
  sternway op restore r12                    everything, as it was right after revision 12
  sternway op restore r12 --env production   what is live in production, and nothing else
  sternway op restore 2026-11-20T16:00:00Z -m \"before the sale\"

Versions stay, and so do policies and condemnations. With --env typed, that environment goes back
alone, whatever the settings say; without it every environment does, and every label.";

/// Move every pointer back to where it was right after a revision or at a time, in one operation.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// As it was when: a revision, the id of an operation, or a time.
    #[arg(value_name = "REV|TIME")]
    moment: Moment,

    /// Make versions live again although they are condemned. Only people may.
    #[arg(long)]
    force: bool,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let intent = context.intent(args.reason);
    let force = if args.force { Force::Yes } else { Force::No };
    // An environment that a file or a variable names is no reason to leave the others out.
    let typed = context.settings.of(Key::Environment);
    let alone = typed.is_some_and(|setting| matches!(setting.origin, Origin::Flag(_)));
    let environment = alone.then_some(&context.environment);
    let restored = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let at = args.moment.in_store(control.store().as_ref(), control.namespace()).await?;
        let to = match at {
            Some(At::Revision(to)) if to > Revision::ZERO => to,
            Some(At::Revision(_)) => {
                let problem = format!("the namespace {} was not there yet", context.namespace);
                return Err(CliError::invalid(problem).with_help("sternway op log"));
            }
            Some(At::Head | At::Time(_)) | None => {
                return Err(
                    CliError::invalid("there is no such operation").with_help("sternway op log")
                );
            }
        };
        Ok(control.restore_to(to, environment, force, &intent).await?)
    });
    let restored = restored.await?;
    let view = RestoredToView {
        to: restored.to,
        point: None,
        environment: environment.cloned(),
        moved: restored.moved.iter().map(view_of).collect(),
        stays: restored.stays.iter().map(view_of).collect(),
        revision: restored.revision,
        dry_run: context.dry_run,
    };
    let name = view.revision.map_or_else(|| "unchanged".to_owned(), |it| it.to_string());
    context.answer(&view, &name, |page| write(context, &restored, page))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn view_of(back: &WentBack) -> WentBackView {
    WentBackView::new(&back.artifact, &back.name, back.from, back.to)
}

fn write(context: &Context, restored: &RestoredTo, page: &mut Page) {
    let (to, would) = (restored.to, context.would());
    match restored.revision {
        Some(revision) => {
            let heading = format!("{would}restored to r{to} in revision {revision}");
            page.line(style::paint(style::GOOD, heading));
        }
        None => page.line(format_args!("nothing moved since r{to} that can go back")),
    }
    moves(&restored.moved, &restored.stays, page);
    if let Some(revision) = restored.revision.filter(|_| !context.dry_run) {
        page.line(format_args!("  undo with: sternway{} undo r{revision}", context.flags()));
    }
}

/// What moved, and what stays.
pub(super) fn moves(moved: &[WentBack], stays: &[WentBack], page: &mut Page) {
    for back in moved {
        line(back, page);
    }
    for back in stays {
        let PointerName::Environment(environment) = &back.name else { continue };
        let (artifact, live) = (&back.artifact, version(back.from));
        page.hint(format_args!(
            "  {artifact} {live} stays live in {environment}: nothing was live there then"
        ));
    }
}

fn line(back: &WentBack, page: &mut Page) {
    let arrow = page.symbols().arrow;
    let name = style::paint(style::NAME, &back.artifact);
    let place = match &back.name {
        PointerName::Environment(environment) => {
            style::paint(style::GOOD, format_args!("live in {environment}"))
        }
        PointerName::Label(label) => format!("label {label}"),
    };
    page.line(format_args!(
        "  {name}  {} {arrow} {}  {place}",
        version(back.from),
        version(back.to)
    ));
}

fn version(version: Option<VersionNumber>) -> String {
    version.map_or_else(|| "nothing".to_owned(), |version| version.to_string())
}
