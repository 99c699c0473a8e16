//! Channels, and how they are written.

use sternway_types::{
    Channel, ChannelError, ChannelParts, EventFilter, Mailbox, Outbox, Reach, Record, RecordKind,
    Revision, SecretRef, Security, Via,
};

use crate::make::{json, json_problem, parsed, production};

fn webhook(url: &str) -> Via {
    Via::Webhook { url: url.into(), secret: parsed("env:HOOK_SECRET") }
}

fn mail(server: &str) -> Mailbox {
    Mailbox {
        server: server.into(),
        security: Security::StartTls,
        from: "sternway@example.com".into(),
        to: vec!["ops@example.com".into()],
        user: None,
        password: None,
    }
}

fn parts(via: Via) -> ChannelParts {
    ChannelParts {
        id: parsed("team"),
        via,
        on: vec![parsed("failed"), parsed("rolled_back")],
        environment: None,
        template: None,
        reach: Reach::Public,
        give_up_after: None,
    }
}

fn refused(parts: ChannelParts) -> String {
    Channel::new(parts).expect_err("it is refused").to_string()
}

#[test]
fn a_channel_is_written_without_what_nobody_said() {
    let channel = Channel::new(parts(webhook("https://example.com/hook"))).unwrap();
    let record = Record::Channel(Box::new(channel));
    assert_eq!(record.key().kind(), RecordKind::Channel);
    assert_eq!(
        json(&record),
        r#"{"channel":{"id":"team","via":{"webhook":{"url":"https://example.com/hook","secret":"env:HOOK_SECRET"}},"on":["failed","rolled_back"]}}"#
    );
    let whole = ChannelParts {
        environment: Some(production()),
        template: Some("{{version}}".into()),
        reach: Reach::Private,
        give_up_after: None,
        via: Via::Email(Mailbox {
            user: Some("sternway".into()),
            password: Some(parsed("file:/run/secrets/mail")),
            ..mail("mail.example.com:587")
        }),
        ..parts(webhook("https://example.com"))
    };
    assert_eq!(
        json(&Channel::new(whole).unwrap()),
        r#"{"id":"team","via":{"email":{"server":"mail.example.com:587","security":"start_tls","from":"sternway@example.com","to":["ops@example.com"],"user":"sternway","password":"file:/run/secrets/mail"}},"on":["failed","rolled_back"],"environment":"production","template":"{{version}}","reach":"private"}"#
    );
}

#[test]
fn how_far_it_was_told_is_written_in_one_line() {
    let outbox = Outbox::after(parsed("team"), Revision::new(7));
    let record = Record::Outbox(Box::new(outbox));
    assert_eq!(record.key().to_string(), "outbox team");
    assert_eq!(
        json(&record),
        r#"{"outbox":{"channel":"team","next":{"revision":8,"index":0},"told":0}}"#
    );
}

#[test]
fn a_secret_is_named_and_never_written_down() {
    for text in ["hunter2hunter2", "env:", "env:1A", "env:A B", "file:", "ENV:A", "whsec_c2VjcmV0"]
    {
        let told = text.parse::<SecretRef>().unwrap_err();
        assert!(matches!(told, ChannelError::Secret { .. }));
        assert!(!told.to_string().contains("hunter2h"), "{told}");
    }
    assert_eq!(json(&parsed::<SecretRef>("file:/run/secrets/hook")), "\"file:/run/secrets/hook\"");
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    let of = |via| refused(parts(via));
    assert!(of(webhook("ftp://example.com")).contains("https://"));
    assert!(of(webhook("https://me:secret@example.com")).contains("password"));
    assert!(of(webhook("https://")).contains("host"));
    assert!(of(Via::Email(mail("mail.example.com"))).contains("no port"));
    let nobody = Mailbox { to: Vec::new(), ..mail("mail.example.com:25") };
    assert!(of(Via::Email(nobody)).contains("1 to 50 people: found 0"));
    let half = Mailbox { user: Some("me".into()), ..mail("mail.example.com:25") };
    assert!(of(Via::Email(half)).contains("needs a password"));
    let ok = || webhook("https://example.com");
    let none: Vec<EventFilter> = Vec::new();
    assert!(refused(ChannelParts { on: none, ..parts(ok()) }).contains("filters"));
    let long = Some("x".repeat(4_001));
    assert!(refused(ChannelParts { template: long, ..parts(ok()) }).contains("4,000"));
}

#[test]
fn json_is_no_way_around_it() {
    let json =
        r#"{"id":"team","via":{"webhook":{"url":"gopher://x","secret":"env:A"}},"on":["*"]}"#;
    assert!(json_problem::<Channel>(json).contains("https://"));
}
