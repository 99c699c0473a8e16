//! Tells a channel something once more.

use sternway::{
    Missing,
    api::{ChannelChangedView, ChannelView},
    control::notify::Replay,
    types::{ChannelId, Reason, Revision},
};

use crate::{context::Context, error::CliError, render::style};

/// Which channel, and what.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which channel.
    #[arg(value_name = "NAME")]
    id: ChannelId,

    /// Everything from this revision on, such as r120.
    #[arg(long, value_name = "REV", value_parser = revision, conflicts_with = "failed")]
    from: Option<Revision>,

    /// What was given up.
    #[arg(long)]
    failed: bool,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

fn revision(text: &str) -> Result<Revision, String> {
    let number = text.strip_prefix('r').unwrap_or(text).parse().ok().filter(|it| *it > 0);
    number.map(Revision::new).ok_or_else(|| "expected a revision such as r120".into())
}

pub(super) async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let what = match (args.from, args.failed) {
        (Some(revision), _) => Replay::From(revision),
        (None, true) => Replay::Lost,
        (None, false) => Replay::Waiting,
    };
    let (id, intent) = (args.id, context.intent(args.reason));
    let replayed = context.with(Missing::Refuse, async |sternway| {
        Ok(sternway.control().replay_notices(&id, what, &intent).await?)
    });
    let (told, revision, again) = replayed.await?;
    let channel = ChannelView::from(&told.channel);
    let view = ChannelChangedView { channel, revision, again, dry_run: context.dry_run };
    context.answer(&view, id.as_str(), |page| {
        let name = style::paint(style::NAME, &id);
        let what = match what {
            Replay::Waiting => "what waits".into(),
            Replay::Lost => format!("{again} that were given up"),
            Replay::From(revision) => format!("everything from r{revision} on"),
        };
        // Nothing is sent here: whoever supervises does so.
        let is = if context.dry_run { "would be" } else { "is to be" };
        page.line(format_args!("{name} {is} told {what}, under the same ids"));
        page.next(&[format!("sternway{} supervise --once", context.flags())]);
    })
}
