//! Channels: places that are told what happens.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{ChannelId, EnvironmentId, Event, EventFilter, window};

/// The longest template, in bytes.
pub const MAX_TEMPLATE: usize = 4_000;
/// The longest address or name in a channel, in bytes.
const MAX_TEXT: usize = 2_000;
/// The most filters, and the most people in one channel.
const MOST: usize = 50;

/// Why something is no channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// A secret is named, and never written down.
    #[error(
        "{given:?} is no place of a secret: expected env:NAME, a variable of whoever sends, or \
         file:/PATH"
    )]
    Secret {
        /// What was given.
        given: String,
    },
    /// A part of it is empty, too long, or holds what it may not.
    #[error("the {what} of a channel {problem}")]
    Part {
        /// Which.
        what: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// There are too many of something, or none.
    #[error("a channel has 1 to {MOST} {what}: found {found}")]
    Number {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
    },
}

/// Where whoever sends finds a secret: `env:NAME` or `file:/PATH`. The secret itself is never kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SecretRef {
    /// In a variable of the environment of whoever sends.
    Variable(String),
    /// In a file that whoever sends can read.
    File(String),
}

impl FromStr for SecretRef {
    type Err = ChannelError;

    fn from_str(text: &str) -> Result<Self, ChannelError> {
        // What is refused may be the secret itself, so that little of it is repeated.
        let refused =
            || ChannelError::Secret { given: text.chars().take(4).collect::<String>() + "…" };
        match text.split_once(':') {
            Some(("env", name)) if is_variable(name) => Ok(Self::Variable(name.into())),
            Some(("file", path)) if is_line(path) => Ok(Self::File(path.into())),
            _ => Err(refused()),
        }
    }
}

fn is_variable(name: &str) -> bool {
    let first = name.chars().next().is_some_and(|it| it.is_ascii_alphabetic() || it == '_');
    first && name.len() <= 200 && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
}

/// Whether it is one line of text, neither empty nor too long.
fn is_line(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_TEXT && !text.chars().any(char::is_control)
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}

impl TryFrom<String> for SecretRef {
    type Error = ChannelError;

    fn try_from(text: String) -> Result<Self, ChannelError> {
        text.parse()
    }
}

impl From<SecretRef> for String {
    fn from(secret: SecretRef) -> Self {
        secret.to_string()
    }
}

/// How a conversation with a mail server is kept from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS from the first byte, as on port 465.
    Tls,
    /// TLS after the greeting, as on port 587; a server that has none is not talked to.
    #[default]
    StartTls,
    /// None: for a server on the same host, or in a network that is trusted.
    Plain,
}

impl Security {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Tls, Self::StartTls, Self::Plain];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "start_tls",
            Self::Plain => "plain",
        }
    }
}

/// Mail: through which server, from whom and to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// The server, as `host:port`.
    pub server: String,
    /// How the conversation with it is kept from others.
    #[serde(default)]
    pub security: Security,
    /// Who it says it is from.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
    /// Whom the server knows, if it asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Where the password is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretRef>,
}

/// How a channel is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A signed request to a program.
    Webhook {
        /// Where to.
        url: String,
        /// Where the secret is that it is signed with.
        secret: SecretRef,
    },
    /// A message in a chat, by an incoming webhook as Slack has it.
    Slack {
        /// Where its address is, which is a secret.
        url: SecretRef,
    },
    /// Mail.
    Email(Mailbox),
}

impl Via {
    /// The word for it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Slack { .. } => "slack",
            Self::Email(_) => "email",
        }
    }
}

/// Which addresses a channel may be at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Those of the internet, and these by TLS only.
    #[default]
    Public,
    /// Also those of this host and its networks, and without TLS.
    Private,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_public(reach: &Reach) -> bool {
    matches!(reach, Reach::Public)
}

/// What a channel is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelParts {
    /// Its name.
    pub id: ChannelId,
    /// How it is told.
    pub via: Via,
    /// What it is told: whatever one of these wants.
    pub on: Vec<EventFilter>,
    /// The environment that it is told about; nothing for all of them. What is in no environment, such as
    /// that a version was published, is then not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// What it is told in, if not in the words that come with Sternway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Which addresses it may be at.
    #[serde(default, skip_serializing_if = "is_public")]
    pub reach: Reach,
    /// For how long an event is tried that is not taken, before the next one has its turn. Default: as long as the
    /// schedule goes, 76 hours.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "window::maybe")]
    pub give_up_after: Option<Duration>,
}

/// A place that is told what happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ChannelParts", into = "ChannelParts")]
pub struct Channel(ChannelParts);

impl Channel {
    /// Takes the parts of a channel.
    ///
    /// # Errors
    ///
    /// [`ChannelError`] if one is empty, too long, or holds what it may not: an address with a password,
    /// say.
    pub fn new(parts: ChannelParts) -> Result<Self, ChannelError> {
        number("filters", parts.on.len())?;
        match &parts.via {
            Via::Webhook { url, .. } => address(url)?,
            Via::Slack { .. } => (),
            Via::Email(mailbox) => mail(mailbox)?,
        }
        match &parts.template {
            Some(template) if template.is_empty() => part("template", "is empty"),
            Some(template) if template.len() > MAX_TEMPLATE => {
                part("template", "is longer than 4,000 bytes")
            }
            Some(_) | None => Ok(Self(parts)),
        }
    }

    /// Its name.
    #[must_use]
    pub const fn id(&self) -> &ChannelId {
        &self.0.id
    }

    /// What it is made of.
    #[must_use]
    pub const fn parts(&self) -> &ChannelParts {
        &self.0
    }

    /// Whether it is told of an event in an environment, or in none.
    #[must_use]
    pub fn wants(&self, event: Event, environment: Option<&EnvironmentId>) -> bool {
        let here = self.0.environment.as_ref().is_none_or(|only| Some(only) == environment);
        here && self.0.on.iter().any(|filter| filter.takes(event))
    }
}

impl TryFrom<ChannelParts> for Channel {
    type Error = ChannelError;

    fn try_from(parts: ChannelParts) -> Result<Self, ChannelError> {
        Self::new(parts)
    }
}

impl From<Channel> for ChannelParts {
    fn from(channel: Channel) -> Self {
        channel.0
    }
}

fn part<T>(what: &'static str, problem: &'static str) -> Result<T, ChannelError> {
    Err(ChannelError::Part { what, problem })
}

fn number(what: &'static str, found: usize) -> Result<(), ChannelError> {
    if (1..=MOST).contains(&found) { Ok(()) } else { Err(ChannelError::Number { what, found }) }
}

fn line(what: &'static str, text: &str) -> Result<(), ChannelError> {
    if is_line(text) { Ok(()) } else { part(what, "is not one line of 1 to 2,000 bytes") }
}

fn address(url: &str) -> Result<(), ChannelError> {
    line("address", url)?;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else {
        return part("address", "begins with neither https:// nor http://");
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || url.contains(' ') {
        return part("address", "has no host, or a space");
    }
    if host.contains('@') {
        return part("address", "has a password in it: sign with a secret instead");
    }
    Ok(())
}

fn mail(mailbox: &Mailbox) -> Result<(), ChannelError> {
    line("server", &mailbox.server)?;
    let port = mailbox.server.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    if port.is_none() {
        return part("server", "has no port: expected host:port, such as mail.example.com:587");
    }
    line("sender", &mailbox.from)?;
    number("people", mailbox.to.len())?;
    mailbox.to.iter().try_for_each(|to| line("receiver", to))?;
    mailbox.user.iter().try_for_each(|user| line("user", user))?;
    if mailbox.user.is_some() != mailbox.password.is_some() {
        return part("user", "needs a password, and a password a user");
    }
    Ok(())
}
