//! Adds a channel, or changes one.

use std::time::Duration;

use clap::ValueEnum;
use sternway::{
    Missing,
    api::{ChannelChangedView, ChannelView},
    control::notify::IfThere,
    types::{
        Channel, ChannelId, ChannelParts, EnvironmentId, EventFilter, Mailbox, Reach, Reason,
        SecretRef, Security, Via,
    },
};
use sternway_notify::Channels;

use crate::{context::Context, error::CliError, format::duration, render::style};

/// What a channel is made of.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("via").required(true).args(["webhook", "slack", "email"]))]
pub(super) struct Args {
    /// What the channel is called.
    #[arg(value_name = "NAME")]
    id: ChannelId,

    /// Send signed `CloudEvents` to this address.
    #[arg(long, value_name = "URL", requires = "secret")]
    webhook: Option<String>,

    /// Where the secret is that webhooks are signed with: `env:NAME` or `file:/PATH`. It is 24 to 64
    /// bytes in base64.
    #[arg(long, value_name = "WHERE", requires = "webhook")]
    secret: Option<String>,

    /// Write into a chat, by an incoming webhook of Slack or one like it. Where its address is, which
    /// is a secret.
    #[arg(long, value_name = "WHERE")]
    slack: Option<String>,

    /// Send mail to these.
    #[arg(long, value_name = "ADDRESS", requires = "mail_server", requires = "mail_from")]
    email: Vec<String>,

    /// Through this server.
    #[arg(long, value_name = "HOST:PORT", requires = "email")]
    mail_server: Option<String>,

    /// Whom it says it is from.
    #[arg(long, value_name = "ADDRESS", requires = "email")]
    mail_from: Option<String>,

    /// Whom the server knows.
    #[arg(long, value_name = "NAME", requires = "mail_password")]
    mail_user: Option<String>,

    /// Where the password is.
    #[arg(long, value_name = "WHERE", requires = "mail_user")]
    mail_password: Option<String>,

    /// How mail is kept from others on its way. `plain` needs --allow-private.
    #[arg(long, value_name = "HOW", value_enum, default_value_t, requires = "email")]
    mail_security: MailSecurity,

    /// What it is told: an event, all of a kind (`deployment.*`), all (`*`), or started, completed,
    /// failed, `rolled_back`. May be given several times.
    #[arg(long, value_name = "EVENTS", value_delimiter = ',')]
    #[arg(default_values = ["deployment.*", "artifact.*"])]
    on: Vec<EventFilter>,

    /// Tell it about this environment only.
    #[arg(long, value_name = "ENVIRONMENT")]
    about: Option<EnvironmentId>,

    /// What it is told in: `{{version}}`, `{{environment}}`, `{{status}}` and others are filled in.
    #[arg(long, value_name = "TEXT")]
    template: Option<String>,

    /// It may be at an address of this host and its networks, and without TLS.
    #[arg(long)]
    allow_private: bool,

    /// For how long an event is tried that it does not take, before the next one has its turn. Default: 10 tries
    /// within 76 hours.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    give_up_after: Option<Duration>,

    /// Change the channel of this name. It goes on where it was.
    #[arg(long)]
    replace: bool,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

/// How mail is kept from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum MailSecurity {
    Tls,
    #[default]
    StartTls,
    Plain,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let if_there = if args.replace { IfThere::Replace } else { IfThere::Refuse };
    let (intent, id) = (context.intent(args.reason.clone()), args.id.clone());
    let channel = Channel::new(parts(args)?).map_err(CliError::invalid_by)?;
    let view = ChannelView::from(&channel);
    let added = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        Ok(control.add_channel(channel, if_there, &Channels::default(), &intent).await?)
    });
    let (revision, dry_run) = (added.await?, context.dry_run);
    let view = ChannelChangedView { channel: view, revision, again: 0, dry_run };
    context.answer(&view, id.as_str(), |page| {
        let (name, would) = (style::paint(style::NAME, &id), context.would());
        let (done, on) =
            (if if_there == IfThere::Replace { "set" } else { "added" }, &view.channel.on);
        page.line(format_args!("channel {name} {would}{done}: it is told of {}", on.join(", ")));
        page.hint("sternway supervise tells it");
        page.next(&[format!("sternway{} notify test {id}", context.flags())]);
    })
}

fn parts(args: Args) -> Result<ChannelParts, CliError> {
    let via = match (args.webhook, args.slack) {
        (Some(url), _) => {
            let secret = args.secret.unwrap_or_default();
            Via::Webhook { url, secret: place(&secret)? }
        }
        (None, Some(url)) => Via::Slack { url: place(&url)? },
        (None, None) => Via::Email(Mailbox {
            server: args.mail_server.unwrap_or_default(),
            security: match args.mail_security {
                MailSecurity::Tls => Security::Tls,
                MailSecurity::StartTls => Security::StartTls,
                MailSecurity::Plain => Security::Plain,
            },
            from: args.mail_from.unwrap_or_default(),
            to: args.email,
            user: args.mail_user,
            password: args.mail_password.as_deref().map(place).transpose()?,
        }),
    };
    Ok(ChannelParts {
        id: args.id,
        via,
        on: args.on,
        environment: args.about,
        template: args.template,
        reach: if args.allow_private { Reach::Private } else { Reach::Public },
        give_up_after: args.give_up_after,
    })
}

/// Where a secret is. What was typed instead may be the secret itself, and is not repeated.
fn place(text: &str) -> Result<SecretRef, CliError> {
    text.parse().map_err(CliError::invalid_by)
}
