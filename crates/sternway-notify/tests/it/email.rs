//! Mail, with a server that speaks SMTP.

use std::sync::{Arc, Mutex};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertifiedKey, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};
use sternway_notify::{Channels, Egress};
use sternway_provider::Notifier as _;
use sternway_types::{Mailbox, Reach, Security, Via};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use crate::made::{channel, deliver, deliver_through, kept, problem};

type Heard = Arc<Mutex<Vec<String>>>;

fn acceptor(key: &CertifiedKey<KeyPair>) -> TlsAcceptor {
    let private = PrivatePkcs8KeyDer::from(key.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("a certificate")
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private.into())
        .expect("a certificate");
    TlsAcceptor::from(Arc::new(config))
}

/// A web server that speaks TLS and takes everything, and the certificate that it has.
pub(crate) async fn tls_server(
    key: &CertifiedKey<KeyPair>,
) -> (CertificateDer<'static>, u16, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it goes on");
    let (port, acceptor) = (listener.local_addr().expect("it has one").port(), acceptor(key));
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
            drop(stream.write_all(answer).await);
            drop(stream.shutdown().await);
        }
    });
    (key.cert.der().clone(), port, serving)
}

/// A mail server for one conversation: over TLS from the first byte, after `STARTTLS`, or in the open.
async fn mail_server(
    tls: Option<(TlsAcceptor, Security)>,
    refuses: bool,
) -> (u16, Heard, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it goes on");
    let port = listener.local_addr().expect("it has one").port();
    let heard = Heard::default();
    let hears = Arc::clone(&heard);
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let (stream, _) = listener.accept().await.expect("it goes on");
        match tls {
            Some((acceptor, Security::Tls)) => {
                let stream = acceptor.accept(stream).await.expect("it goes on");
                drop(speak(stream, &hears, true, false, refuses).await);
            }
            Some((acceptor, _)) => {
                let stream = speak(stream, &hears, true, true, refuses).await.expect("it goes on");
                let stream = acceptor.accept(stream).await.expect("it goes on");
                drop(speak(stream, &hears, false, false, refuses).await);
            }
            None => drop(speak(stream, &hears, true, false, refuses).await),
        }
    });
    (port, heard, serving)
}

/// Speaks until the end, or until TLS is asked for.
async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    heard: &Mutex<Vec<String>>,
    greets: bool,
    offers_tls: bool,
    refuses: bool,
) -> std::io::Result<S> {
    let mut stream = BufReader::new(stream);
    if greets {
        stream.write_all(b"220 mail.example.com ESMTP\r\n").await?;
    }
    let mut in_mail = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(stream.into_inner());
        }
        let line = line.trim_end().to_owned();
        heard.lock().expect("no test fails in here").push(line.clone());
        let answer = match line.split(' ').next().unwrap_or_default() {
            _ if in_mail && line != "." => continue,
            "." => {
                in_mail = false;
                "250 2.0.0 queued as 7"
            }
            "EHLO" if offers_tls => "250-mail.example.com\r\n250 STARTTLS",
            "EHLO" => "250-mail.example.com\r\n250 AUTH PLAIN LOGIN",
            "STARTTLS" => {
                stream.write_all(b"220 go\r\n").await?;
                return Ok(stream.into_inner());
            }
            "AUTH" => "235 2.7.0 welcome",
            "RCPT" if refuses => "550 5.1.1 nobody of that name",
            "DATA" => {
                in_mail = true;
                "354 go on"
            }
            _ => "250 2.0.0 ok",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

fn mailbox(server: String, security: Security) -> Mailbox {
    Mailbox {
        server,
        security,
        from: "Sternway <sternway@example.com>".into(),
        to: vec!["alice@example.com".into(), "bob@example.com".into()],
        user: None,
        password: None,
    }
}

fn said(heard: &Heard) -> String {
    heard.lock().expect("no test fails in here").join("\n")
}

#[tokio::test]
async fn mail_says_what_happened_and_carries_the_event() {
    let (port, heard, _serving) = mail_server(None, false).await;
    let via = Via::Email(mailbox(format!("127.0.0.1:{port}"), Security::Plain));
    let told = deliver(&channel(via, Reach::Private, None)).await.unwrap();
    assert_eq!(told.answer, "250 2.0.0 queued as 7");
    let said = said(&heard);
    for line in [
        "MAIL FROM:<sternway@example.com>",
        "RCPT TO:<alice@example.com>",
        "RCPT TO:<bob@example.com>",
        "Message-ID: <evt-7-0-ab@sternway>",
        "Date: Thu, 01 Jan 1970 00:00:00 +0000",
        "Content-Type: application/cloudevents+json",
        "actor: human:alice",
    ] {
        assert!(said.contains(line), "{line}:\n{said}");
    }
    assert!(said.contains("Subject: [sternway] deployment of prompts/greeting v2"), "{said}");
}

#[tokio::test]
async fn the_first_line_of_a_template_is_the_subject() {
    let (port, heard, _serving) = mail_server(None, false).await;
    let via = Via::Email(mailbox(format!("127.0.0.1:{port}"), Security::Plain));
    let template = "Deployment {{version}} {{status}}\nby {{actor}}";
    deliver(&channel(via, Reach::Private, Some(template))).await.unwrap();
    let said = said(&heard);
    assert!(said.contains("Subject: Deployment v2 started\n"), "{said}");
    assert!(said.contains("by human:alice"), "{said}");
}

#[tokio::test]
async fn mail_is_spoken_in_private_and_with_a_password() {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let folder = TempDir::new().unwrap();
    for security in [Security::Tls, Security::StartTls] {
        let (port, heard, _serving) = mail_server(Some((acceptor(&key), security)), false).await;
        let mailbox = Mailbox {
            user: Some("sternway".into()),
            password: Some(kept(&folder, "password", "open sesame\n")),
            ..mailbox(format!("localhost:{port}"), security)
        };
        let channel = channel(Via::Email(mailbox), Reach::Private, None);
        let egress = Egress::trusting(vec![key.cert.der().clone()]);
        let told = deliver_through(egress, &channel).await.unwrap();
        assert_eq!(told.answer, "250 2.0.0 queued as 7");
        let login = STANDARD.encode("\0sternway\0open sesame");
        assert!(said(&heard).contains(&format!("AUTH PLAIN {login}")), "{security:?}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told_nothing() {
    let (port, heard, _serving) = mail_server(None, false).await;
    let via = Via::Email(mailbox(format!("127.0.0.1:{port}"), Security::StartTls));
    let told = problem(deliver(&channel(via, Reach::Private, None)).await);
    assert!(told.contains("speaks no TLS"), "{told}");
    assert!(!said(&heard).contains("MAIL FROM"));
    let open = Via::Email(mailbox("mail.example.com:25".into(), Security::Plain));
    let open = channel(open, Reach::Public, None);
    assert!(problem(deliver(&open).await).contains("start-tls"));
    // It never could be told anything: so it is not added either.
    let told = Channels::default().check(&open).unwrap_err().to_string();
    assert!(told.contains("start-tls") && told.contains("--allow-private"), "{told}");
}

#[tokio::test]
async fn who_is_not_known_there_is_a_failure() {
    let (port, _, _serving) = mail_server(None, true).await;
    let via = Via::Email(mailbox(format!("127.0.0.1:{port}"), Security::Plain));
    let told = problem(deliver(&channel(via, Reach::Private, None)).await);
    assert!(told.contains("550") && told.contains("nobody of that name"), "{told}");
}

#[tokio::test]
async fn a_mail_server_of_this_host_is_talked_to_if_that_was_said_only() {
    let (port, heard, _serving) = mail_server(None, false).await;
    let via = Via::Email(mailbox(format!("127.0.0.1:{port}"), Security::StartTls));
    let told = problem(deliver(&channel(via, Reach::Public, None)).await);
    assert!(told.contains("no address of the internet"), "{told}");
    assert!(said(&heard).is_empty());
}

#[test]
fn whom_nobody_can_write_to_is_refused_before_anything_is_told() {
    let mut nobody = mailbox("mail.example.com:587".into(), Security::StartTls);
    nobody.to = vec!["alice at example".into()];
    let channel = channel(Via::Email(nobody), Reach::Public, None);
    let told = Channels::default().check(&channel).unwrap_err().to_string();
    assert!(told.contains("\"alice at example\" is no address of mail"), "{told}");
}
