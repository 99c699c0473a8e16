//! Restores a rollback point.

use sternway::{
    Missing,
    api::RestoredToView,
    types::{Force, Reason},
};

use super::target::Target;
use crate::{
    command::restore_to::{moves, view_of},
    context::Context,
    error::CliError,
    render::style,
};

/// Which point, and why.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which: its id, the revision that it names, or newest.
    #[arg(value_name = "POINT")]
    target: Target,

    /// Make versions live again although they are condemned. Only people may.
    #[arg(long)]
    force: bool,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let (environment, intent) = (&context.environment, context.intent(args.reason));
    let force = if args.force { Force::Yes } else { Force::No };
    let restored = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let id = args.target.find(context, control).await?.point.id;
        Ok((id, control.restore_point(environment, id, force, &intent).await?))
    });
    let (id, restored) = restored.await?;
    let view = RestoredToView {
        to: restored.to,
        point: Some(id),
        environment: Some(environment.clone()),
        moved: restored.moved.iter().map(view_of).collect(),
        stays: restored.stays.iter().map(view_of).collect(),
        revision: restored.revision,
        dry_run: context.dry_run,
    };
    let name = view.revision.map_or_else(|| "unchanged".to_owned(), |it| it.to_string());
    context.answer(&view, &name, |page| {
        let (to, would) = (restored.to, context.would());
        match restored.revision {
            Some(revision) => {
                let heading =
                    format!("{environment} {would}restored to r{to} in revision {revision}");
                page.line(style::paint(style::GOOD, heading));
            }
            None => page.line(format_args!("{environment} is as it was at r{to}")),
        }
        moves(&restored.moved, &restored.stays, page);
        if let Some(revision) = restored.revision.filter(|_| !context.dry_run) {
            page.hint(format_args!("  undo with: sternway{} undo r{revision}", context.flags()));
        }
    })
}
