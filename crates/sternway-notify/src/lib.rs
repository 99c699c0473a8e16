//! Tells people and programs what happened: signed webhooks, messages in a chat, mail.
//!
//! [`Channels`] is the port [`Notifier`] for every kind of channel. What goes out goes through one
//! [`Egress`]: it looks a host up itself, refuses addresses of this host and its networks unless the
//! channel may be there, and connects to exactly the addresses that it looked at. Redirects are not
//! followed, no proxy is asked, and an answer is never read further than its first lines.
//!
//! What leaves is signed as [Standard Webhooks] has it ([`sign`]), so that who gets it can tell that it is
//! from here, and not older than a few minutes.
//!
//! [Standard Webhooks]: https://www.standardwebhooks.com

mod email;
mod http;
pub mod sign;
mod slack;
mod template;
mod webhook;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
pub use sternway_http::{Egress, Resolve, Unreachable, egress};
use sternway_provider::{Delivered, LONGEST_DELIVERY, Notice, Notifier, NotifyError};
use sternway_types::{Channel, SecretRef, Timestamp, Via};

/// Tells channels of every kind.
#[derive(Clone, Debug)]
pub struct Channels {
    egress: Arc<Egress>,
    limit: Duration,
}

impl Channels {
    /// Tells them through this way out. One event takes at most [`LONGEST_DELIVERY`].
    #[must_use]
    pub fn new(egress: Egress) -> Self {
        Self { egress: Arc::new(egress), limit: LONGEST_DELIVERY }
    }

    /// The same, and gives up on whoever does not answer after this long.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit.min(LONGEST_DELIVERY);
        self
    }
}

impl Default for Channels {
    fn default() -> Self {
        Self::new(Egress::default())
    }
}

#[async_trait]
impl Notifier for Channels {
    fn check(&self, channel: &Channel) -> Result<(), NotifyError> {
        let parts = channel.parts();
        if let Some(template) = &parts.template {
            template::check(template)?;
        }
        match &parts.via {
            Via::Webhook { url, .. } => http::target(url, parts.reach).map(drop),
            // Its address is a secret, which whoever adds it may not have.
            Via::Slack { .. } => Ok(()),
            Via::Email(mailbox) => email::check(mailbox, parts.reach),
        }
    }

    async fn deliver(
        &self,
        channel: &Channel,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<Delivered, NotifyError> {
        let parts = channel.parts();
        let telling = async {
            match &parts.via {
                Via::Webhook { url, secret } => {
                    let request = webhook::request(parts, (url, secret), notice, now)?;
                    http::post(&self.egress, request, now).await
                }
                Via::Slack { url } => {
                    let request = slack::request(parts, url, notice)?;
                    http::post(&self.egress, request, now).await
                }
                Via::Email(mailbox) => {
                    email::send(&self.egress, (parts, mailbox), notice, now).await
                }
            }
        };
        match tokio::time::timeout(self.limit, telling).await {
            Ok(told) => told,
            Err(_) => Err(failed(format!("no answer within {:?}", self.limit))),
        }
    }
}

/// It was not taken, or nobody knows.
fn failed(problem: impl Into<String>) -> NotifyError {
    NotifyError::Failed { problem: problem.into(), rest: None }
}

/// A secret, read where it is. One that is not there may be there later.
fn secret(from: &SecretRef) -> Result<String, NotifyError> {
    sternway_http::secret(from).map_err(|err| failed(sternway_http::chain(&err)))
}

/// The channel makes no sense.
fn unfit(problem: impl Into<String>) -> NotifyError {
    NotifyError::Unfit { problem: problem.into() }
}
