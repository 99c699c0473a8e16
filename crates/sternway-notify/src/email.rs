//! Mail, through a server that was named.

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Message,
    message::{Mailbox as Person, MultiPart, SinglePart, header::ContentType},
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        extension::ClientId,
    },
};
use sternway_http::{Egress, chain};
use sternway_provider::{Delivered, LONGEST_DELIVERY, Notice, NotifyError};
use sternway_types::{ChannelParts, Mailbox, Reach, Security, Timestamp};

use crate::{failed, http::unreachable, secret, template, unfit};

/// The longest subject, in characters.
const MAX_SUBJECT: usize = 200;

/// Whether mail could be written: whom it is from and to, and by a way that is allowed.
pub(crate) fn check(mailbox: &Mailbox, reach: Reach) -> Result<(), NotifyError> {
    in_private(mailbox, reach)?;
    person(&mailbox.from)?;
    mailbox.to.iter().try_for_each(|to| person(to).map(drop))?;
    server(mailbox).map(drop)
}

fn in_private(mailbox: &Mailbox, reach: Reach) -> Result<(), NotifyError> {
    if mailbox.security == Security::Plain && reach == Reach::Public {
        return Err(unfit(
            "mail through the internet is sent by TLS, as by --mail-security start-tls \
             (plain is for --allow-private)",
        ));
    }
    Ok(())
}

fn person(text: &str) -> Result<Person, NotifyError> {
    text.parse().map_err(|err| unfit(format!("{text:?} is no address of mail: {err}")))
}

fn server(mailbox: &Mailbox) -> Result<(&str, u16), NotifyError> {
    let parts = mailbox.server.rsplit_once(':');
    let parts = parts.and_then(|(host, port)| Some((host, port.parse().ok()?)));
    let (host, port) = parts.ok_or_else(|| unfit("the server has no port"))?;
    // An address of version 6 stands in brackets.
    Ok((host.trim_start_matches('[').trim_end_matches(']'), port))
}

/// Sends an event.
pub(crate) async fn send(
    egress: &Egress,
    (parts, mailbox): (&ChannelParts, &Mailbox),
    notice: &Notice,
    now: Timestamp,
) -> Result<Delivered, NotifyError> {
    let message = message(parts, mailbox, notice, now)?;
    let broke = |err: lettre::transport::smtp::Error| failed(chain(&err));
    let mut connection = connect(egress, mailbox, parts.reach).await?;
    if let (Some(user), Some(password)) = (&mailbox.user, &mailbox.password) {
        let credentials = Credentials::new(user.clone(), secret(password)?);
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        connection.auth(&mechanisms, &credentials).await.map_err(broke)?;
    }
    let answer = connection.send(message.envelope(), &message.formatted()).await.map_err(broke)?;
    // It has the mail; whether the goodbye is heard changes nothing.
    drop(connection.quit().await);
    let words: Vec<_> = answer.message().collect();
    Ok(Delivered { answer: format!("{} {}", answer.code(), words.join(" ")) })
}

async fn connect(
    egress: &Egress,
    mailbox: &Mailbox,
    reach: Reach,
) -> Result<AsyncSmtpConnection, NotifyError> {
    in_private(mailbox, reach)?;
    let (host, port) = server(mailbox)?;
    let broke = |err: lettre::transport::smtp::Error| failed(chain(&err));
    let tls = parameters(egress, host).map_err(broke)?;
    let addresses = egress.addresses(host, port, reach).await.map_err(|err| unreachable(&err))?;
    let (hello, limit) = (ClientId::default(), Some(LONGEST_DELIVERY));
    // To exactly the addresses that were looked at; the certificate is held against the name.
    let (first, later) = match mailbox.security {
        Security::Tls => (Some(tls), None),
        Security::StartTls => (None, Some(tls)),
        Security::Plain => (None, None),
    };
    let connected =
        AsyncSmtpConnection::connect_tokio1(addresses.as_slice(), limit, &hello, first, None);
    let mut connection = connected.await.map_err(broke)?;
    if let Some(tls) = later {
        if !connection.can_starttls() {
            return Err(failed("the server speaks no TLS, and nothing is told in the open"));
        }
        connection.starttls(tls, &hello).await.map_err(broke)?;
    }
    Ok(connection)
}

fn parameters(
    egress: &Egress,
    host: &str,
) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let mut builder = TlsParameters::builder(host.to_owned());
    for root in egress.authorities() {
        builder = builder.add_root_certificate(Certificate::from_der(root.to_vec())?);
    }
    builder.build()
}

fn message(
    parts: &ChannelParts,
    mailbox: &Mailbox,
    notice: &Notice,
    now: Timestamp,
) -> Result<Message, NotifyError> {
    let (subject, body) = match &parts.template {
        Some(source) => {
            let text = template::render(source, notice, str::to_owned)?;
            let subject = text.trim().lines().next().unwrap_or_default().to_owned();
            (subject, text)
        }
        None => {
            let details = template::details(notice, str::to_owned)?;
            let subject = format!("[sternway] {}", notice.summary);
            (subject, format!("{}\n\n{details}\n\nevent: {}\n", notice.summary, notice.id))
        }
    };
    let visible = subject.chars().map(|it| if it.is_control() { ' ' } else { it });
    let date = Duration::from_micros(u64::try_from(now.as_micros()).unwrap_or_default());
    let mut message = Message::builder()
        .from(person(&mailbox.from)?)
        .subject(visible.take(MAX_SUBJECT).collect::<String>())
        // The same for the same event, so that who gets it twice can see that.
        .message_id(Some(format!("<{}@sternway>", notice.id)))
        .date(UNIX_EPOCH + date);
    for to in &mailbox.to {
        message = message.to(person(to)?);
    }
    let event = SinglePart::builder()
        .header(
            ContentType::parse("application/cloudevents+json").unwrap_or(ContentType::TEXT_PLAIN),
        )
        .body(notice.body.clone());
    let whole = MultiPart::mixed().singlepart(SinglePart::plain(body)).singlepart(event);
    message.multipart(whole).map_err(|err| unfit(format!("the mail cannot be written: {err}")))
}
