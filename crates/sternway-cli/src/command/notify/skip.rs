//! Has a channel go on without what it does not take.

use sternway::{
    Missing,
    api::{ChannelSkippedView, ChannelView, LostView},
    types::{ChannelId, Reason},
};

use crate::{context::Context, error::CliError, format::visible, render::style};

/// Which channel.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which channel.
    #[arg(value_name = "NAME")]
    id: ChannelId,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let (id, intent) = (args.id, context.intent(args.reason));
    let skipped = context.with(Missing::Refuse, async |sternway| {
        Ok(sternway.control().skip_notice(&id, &intent).await?)
    });
    let (told, revision, lost) = skipped.await?;
    let view = ChannelSkippedView {
        channel: ChannelView::from(&told.channel),
        skipped: lost.as_ref().map(LostView::from),
        revision,
        dry_run: context.dry_run,
    };
    context.answer(&view, id.as_str(), |page| {
        let (name, would) = (style::paint(style::NAME, &id), context.would());
        let Some(skipped) = &view.skipped else {
            page.line(format_args!("{name} is held up by nothing"));
            return;
        };
        let event = skipped.event.map_or("", sternway::types::Event::as_str);
        let (place, problem) = (&skipped.place, visible::line(&skipped.problem));
        page.line(format_args!("{name} {would}goes on without {place} {event}: {problem}"));
        page.next(&[
            format!("sternway{} supervise --once", context.flags()),
            format!("sternway{} notify replay {id} --failed", context.flags()),
        ]);
    })
}
