//! `sternway notify`: who is told what happens.
//!
//! [`add`] says who is told, [`show`] what they were told, [`mod@test`] tells them that they are told, and
//! [`replay`] tells them once more, and [`skip`] not at all. Who sends is `sternway supervise`, by [`post`].

mod add;
mod post;
mod replay;
mod show;
mod skip;
mod test;

use std::process::ExitCode;

use clap::Subcommand;
use sternway::{
    Missing,
    api::{ChannelChangedView, ChannelView},
    types::{ChannelId, Reason},
};

pub(crate) use self::post::Post;
use crate::{context::Context, error::CliError, render::style};

const EXAMPLES: &str = "\
Examples:
  sternway notify add ci --webhook https://ci.example.com/hook --secret env:HOOK_SECRET
  sternway notify add team --slack env:SLACK_WEBHOOK_URL --on failed --on rolled_back
  sternway notify add ops --email ops@example.com --mail-server mail.example.com:587 \\
    --mail-from sternway@example.com --about production
  sternway notify test ci                    send a test, and see what is answered
  sternway notify deliveries ci              what it was told, what waits, and why
  sternway notify replay ci --failed         what was given up, once more
  sternway notify replay ci --from r120      all since then, once more
  sternway notify skip ci                    on without what it does not take

A channel is told what happens after it was added: at least once, in order, by whoever runs
`sternway supervise`. What is not taken is tried 10 times within 76 hours, or for --give-up-after, and
those behind it wait. Secrets stay where they
are: env:NAME or file:/PATH, as whoever sends finds them.";

/// Tell programs and people what happens: by webhooks, chat and mail.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a channel. It is told what happens from now on.
    Add(Box<add::Args>),
    /// List the channels, and how far each was told.
    List,
    /// Take a channel away. What it was not told yet, it is never told.
    Remove {
        /// Which.
        #[arg(value_name = "NAME")]
        id: ChannelId,
        /// Why.
        #[arg(short = 'm', long, value_name = "TEXT", default_value = "")]
        #[arg(hide_default_value = true)]
        reason: Reason,
    },
    /// Send a test event now, and show what is answered.
    Test {
        /// Which.
        #[arg(value_name = "NAME")]
        id: ChannelId,
    },
    /// Show what a channel was told, what waits, and what was given up.
    Deliveries {
        /// Which.
        #[arg(value_name = "NAME")]
        id: ChannelId,
    },
    /// Tell a channel something once more: what waits at once, what was given up, or all since then.
    Replay(replay::Args),
    /// Go on without what a channel does not take. It is on the list of what was given up since.
    Skip(skip::Args),
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    match args.command {
        Command::Add(args) => add::run(context, *args).await?,
        Command::List => show::list(context).await?,
        Command::Remove { id, reason } => remove(context, &id, reason).await?,
        Command::Test { id } => test::run(context, &id).await?,
        Command::Deliveries { id } => show::deliveries(context, &id).await?,
        Command::Replay(args) => replay::run(context, args).await?,
        Command::Skip(args) => skip::run(context, args).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn remove(context: &Context, id: &ChannelId, reason: Reason) -> Result<(), CliError> {
    let intent = context.intent(reason);
    let removed = context.with(Missing::Refuse, async |sternway| {
        Ok(sternway.control().remove_channel(id, &intent).await?)
    });
    let (channel, revision) = removed.await?;
    let channel = ChannelView::from(&channel);
    let view = ChannelChangedView { channel, revision, again: 0, dry_run: context.dry_run };
    context.answer(&view, id.as_str(), |page| {
        let (name, would) = (style::paint(style::NAME, id), context.would());
        page.line(format_args!("channel {name} {would}taken away"));
    })
}
