//! Tells channels, beside whatever else is done.
//!
//! What is to be told is taken while the store is open, sent while it is not, and what came of it is
//! written down when it is opened again. So nobody waits for a channel that does not answer: neither
//! those who want the store, nor deployments.

use std::pin::Pin;

use sternway::{
    api::NotifiedView,
    control::{
        Control,
        notify::{Batch, Notified, Sent, send_all},
    },
};
use sternway_notify::Channels;

use crate::{cli::Output, context::Context, error::CliError, format::visible, render::style};

type Sending = Pin<Box<dyn Future<Output = Vec<Sent>> + Send>>;

/// What is being sent, and what was sent and is to be written down.
#[derive(Default)]
pub(crate) struct Post {
    sending: Option<Sending>,
    sent: Vec<Sent>,
}

impl Post {
    /// Writes down what was sent, says so, and takes what is next, unless the last is still being sent.
    pub(crate) async fn call(
        &mut self,
        context: &Context,
        control: &Control,
    ) -> Result<(), CliError> {
        // What cannot be written down now is kept for the next time.
        while let Some(sent) = self.sent.last() {
            if let Some(notified) = control.settle_notices(sent).await? {
                say(context, &notified)?;
            }
            self.sent.pop();
        }
        if self.sending.is_none() {
            let batches = control.claim_notices().await?;
            self.sending = (!batches.is_empty()).then(|| Box::pin(send(batches)) as Sending);
        }
        Ok(())
    }

    /// Whether something is being sent.
    pub(crate) const fn is_sending(&self) -> bool {
        self.sending.is_some()
    }

    /// Sends, until it is to be written down; without an end while nothing is to be sent. Giving up waiting
    /// loses nothing.
    pub(crate) async fn send(&mut self) {
        match &mut self.sending {
            Some(sending) => {
                self.sent.extend(sending.await);
                self.sending = None;
            }
            None => std::future::pending().await,
        }
    }
}

async fn send(batches: Vec<Batch>) -> Vec<Sent> {
    send_all(batches, &Channels::default()).await
}

fn say(context: &Context, notified: &Notified) -> Result<(), CliError> {
    let Notified { channel, told, attempt, closed } = notified;
    let view = NotifiedView {
        at: context.now(),
        channel: channel.clone(),
        told: *told,
        attempt: attempt.as_ref().map(Into::into),
        closed: closed.as_ref().map(|closed| closed.problem.clone()),
    };
    let mut page = context.console.page();
    match context.output {
        // A document that never ends would be of no use: both are one object per line.
        Output::Json | Output::Jsonl => return context.console.print_json_line(&view),
        Output::Name => page.line(channel),
        Output::Table => {
            let name = style::paint(style::NAME, channel);
            let mut said = format!("{told} event{}", if *told == 1 { "" } else { "s" });
            if let Some(attempt) = &view.attempt {
                said = format!(
                    "{said}; {} again at {}: {}",
                    attempt.event, attempt.next, attempt.problem
                );
            }
            if let Some(closed) = &view.closed {
                said = format!("{said}; closed: {closed}");
            }
            page.line(format_args!("{}  {name} told {}", view.at, visible::line(&said)));
        }
    }
    context.console.print(&page)
}
