//! Takes a rollback point.

use std::num::NonZeroUsize;

use sternway::{
    Missing,
    api::PointTakenView,
    control::point::NewPoint,
    types::{At, Reason},
};

use crate::{context::Context, error::CliError, input::moment::Moment, render::style};

/// What it is for.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// As it was when: a revision, the id of an operation, or a time. Default: as it is now.
    #[arg(value_name = "REV|TIME")]
    moment: Option<Moment>,

    /// What it is for.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,

    /// How many of the environment are kept, this one with them. Default: 10.
    #[arg(long, value_name = "N")]
    keep: Option<NonZeroUsize>,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let (environment, intent) = (&context.environment, context.intent(args.reason));
    let taken = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let mut new = NewPoint::of(environment.clone());
        if let Some(keep) = args.keep {
            new = new.keeping(keep);
        }
        if let Some(moment) = args.moment {
            let at = moment.in_store(control.store().as_ref(), control.namespace()).await?;
            let Some(At::Revision(revision)) = at else {
                let problem = "there is no such operation";
                return Err(CliError::invalid(problem).with_help("sternway op log"));
            };
            new = new.at(revision);
        }
        Ok(control.take_point(&new, &intent).await?)
    });
    let taken = taken.await?;
    let view = PointTakenView {
        point: (&taken.point).into(),
        let_go: taken.let_go,
        revision: taken.revision,
        dry_run: context.dry_run,
    };
    context.answer(&view, &view.point.id.to_string(), |page| {
        let (would, revision) = (context.would(), view.point.revision);
        let name = style::paint(style::NAME, format_args!("r{revision}"));
        page.line(format_args!("rollback point {name} of {environment} {would}taken"));
        if !view.let_go.is_empty() {
            let count = view.let_go.len();
            page.hint(format_args!("  {count} older {would}let go"));
        }
        page.hint(format_args!("  point {}", view.point.id));
        let flags = context.flags();
        page.next(&[format!("sternway{flags} point restore r{revision}")]);
    })
}
