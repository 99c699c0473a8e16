//! Sends a test to a channel.

use sternway::{
    Missing,
    api::{ChannelTestedView, ChannelView},
    control::ControlError,
    provider::Notifier as _,
    types::{ChannelId, Reason},
};
use sternway_notify::Channels;

use crate::{context::Context, error::CliError, format::visible, render::style};

pub(super) async fn run(context: &Context, id: &ChannelId) -> Result<(), CliError> {
    let intent = context.intent(Reason::default());
    let found = context.with(Missing::Refuse, async |sternway| {
        Ok(sternway.control().test_notice(id, &intent).await?)
    });
    let (told, notice) = found.await?;
    // The store is closed again: nobody waits for it while a channel does not answer.
    let channels = Channels::default();
    let answer = if context.dry_run {
        channels.check(&told.channel).map(|()| "nothing was sent".into())
    } else {
        let delivered = channels.deliver(&told.channel, &notice, context.now()).await;
        delivered.map(|delivered| delivered.answer)
    };
    let answer = answer.map_err(|err| {
        let help = "mend it there, or change the channel: sternway notify add --replace";
        CliError::from(ControlError::from(err)).with_help(help)
    })?;
    let channel = ChannelView::from(&told.channel);
    let view = ChannelTestedView { channel, event_id: notice.id, answer, dry_run: context.dry_run };
    context.answer(&view, id.as_str(), |page| {
        let (name, would) = (style::paint(style::NAME, id), context.would());
        let answer = visible::line(&view.answer);
        page.line(format_args!("{name} {would}told of a test: {answer}"));
    })
}
