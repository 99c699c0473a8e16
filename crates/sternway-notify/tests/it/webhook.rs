//! Webhooks.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};
use sternway_notify::{Channels, sign};
use sternway_provider::{Notifier as _, NotifyError};
use sternway_types::{Reach, Via};
use tempfile::TempDir;

use crate::{
    made::{NOW, channel, deliver, kept, notice, problem},
    server::{Answer, OK, Server, body, header},
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn webhook(folder: &TempDir, url: &str, secret: &str) -> Via {
    Via::Webhook { url: url.into(), secret: kept(folder, "secret", secret) }
}

async fn answered(answer: Answer) -> (Result<sternway_provider::Delivered, NotifyError>, usize) {
    let (folder, server) = (TempDir::new().expect("a folder"), Server::answering(answer).await);
    let via = webhook(&folder, &server.url(), SECRET);
    let told = deliver(&channel(via, Reach::Private, None)).await;
    (told, server.heard().len())
}

/// HMAC-SHA-256 by its definition, to hold the signature against.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(block, key)| *block ^= key);
        block
    };
    let inner = Sha256::digest([&pad(0x36)[..], message].concat());
    Sha256::digest([&pad(0x5c)[..], &inner[..]].concat()).to_vec()
}

#[tokio::test]
async fn a_webhook_is_a_signed_cloud_event() {
    let (folder, server) = (TempDir::new().unwrap(), Server::answering(OK).await);
    let via = webhook(&folder, &server.url(), SECRET);
    let told = deliver(&channel(via, Reach::Private, None)).await.unwrap();
    assert_eq!(told.answer, "204 No Content");
    let heard = server.heard();
    let request = &heard[0];
    assert!(request.starts_with("POST /hook?to=me HTTP/1.1\r\n"), "{request}");
    assert_eq!(header(request, "host"), format!("127.0.0.1:{}", server.port));
    assert_eq!(header(request, "content-type"), "application/cloudevents+json; charset=UTF-8");
    assert_eq!(body(request), notice("to <try> & see").body);
    let (id, at) = (header(request, "webhook-id"), header(request, "webhook-timestamp"));
    assert_eq!((id, at), ("evt-7-0-ab", "0"));
    let key = STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let mac = hmac(&key, format!("{id}.{at}.{}", body(request)).as_bytes());
    assert_eq!(header(request, "webhook-signature"), format!("v1,{}", STANDARD.encode(mac)));
}

#[test]
fn the_signature_is_that_of_the_specification() {
    // The example of Standard Webhooks and of its libraries.
    let key = sign::Key::new(SECRET).unwrap();
    let signed = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[tokio::test]
async fn while_secrets_change_it_is_signed_with_both() {
    let (folder, server) = (TempDir::new().unwrap(), Server::answering(OK).await);
    let both = format!("{SECRET}\n{}\n", STANDARD.encode([7; 32]));
    let via = webhook(&folder, &server.url(), &both);
    deliver(&channel(via, Reach::Private, None)).await.unwrap();
    let heard = server.heard();
    let signed: Vec<_> = header(&heard[0], "webhook-signature").split(' ').collect();
    assert!(signed.len() == 2 && signed[0] != signed[1], "{signed:?}");
}

#[tokio::test]
async fn a_secret_that_is_none_signs_nothing() {
    let (folder, server) = (TempDir::new().unwrap(), Server::answering(OK).await);
    for (secret, why) in [("not base64!", "openssl rand"), ("c2hvcnQ=", "24 to 64"), (" ", "empty")]
    {
        let via = webhook(&folder, &server.url(), secret);
        let told = problem(deliver(&channel(via, Reach::Private, None)).await);
        assert!(told.contains(why) && !told.contains(secret.trim()) || secret == " ", "{told}");
    }
    let secret = "env:STERNWAY_TEST_NO_SUCH_VARIABLE".parse().unwrap();
    let via = Via::Webhook { url: server.url(), secret };
    let told = problem(deliver(&channel(via, Reach::Private, None)).await);
    assert!(told.contains("STERNWAY_TEST_NO_SUCH_VARIABLE is not set"), "{told}");
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn what_is_refused_says_so_and_when_to_come_again() {
    let busy = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 120\r\nContent-Length: 9\r\n\r\nnot now\r\n";
    let (told, _) = answered(Answer::Whole(busy)).await;
    let rest = Some(Duration::from_secs(120));
    let problem = "503 Service Unavailable: not now".into();
    assert_eq!(told, Err(NotifyError::Failed { problem, rest }));
    let dated = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: Thu, 01 Jan 1970 01:00:00 GMT\r\nContent-Length: 0\r\n\r\n";
    let (told, _) = answered(Answer::Whole(dated)).await;
    let rest = Some(Duration::from_secs(3_600));
    assert_eq!(told, Err(NotifyError::Failed { problem: "429 Too Many Requests".into(), rest }));
}

#[tokio::test]
async fn gone_is_gone() {
    let (told, _) = answered(Answer::Whole("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")).await;
    assert_eq!(told, Err(NotifyError::Gone { problem: "410 Gone".into() }));
}

#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let elsewhere = Server::answering(OK).await;
    let moved =
        format!("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", elsewhere.url());
    let (told, heard) = answered(Answer::Whole(moved.leak())).await;
    assert!(problem(told).contains("redirects are not followed"));
    assert_eq!((heard, elsewhere.heard().len()), (1, 0));
}

#[tokio::test]
async fn who_does_not_answer_is_given_up() {
    let (told, _) = answered(Answer::Nothing).await;
    assert_eq!(problem(told), "no answer within 500ms");
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n";
    let (told, _) = answered(Answer::Endless(ok)).await;
    assert_eq!(told.unwrap().answer, "200 OK");
    let bad = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 10737418240\r\n\r\n";
    let (told, _) = answered(Answer::Endless(bad)).await;
    assert!(problem(told).len() < 300);
    let (told, _) = answered(Answer::Endless("HTTP/1.1 200 OK\r\nEndless: ")).await;
    assert!(problem(told).contains("broke off"));
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_none() {
    let (told, _) = answered(Answer::Whole("220 mail.example.com ESMTP\r\n")).await;
    assert!(problem(told).contains("broke off"));
    let (told, _) = answered(Answer::Whole("")).await;
    assert!(problem(told).contains("broke off"));
}

#[tokio::test]
async fn a_template_is_told_as_the_message_of_the_event() {
    let (folder, server) = (TempDir::new().unwrap(), Server::answering(OK).await);
    let via = webhook(&folder, &server.url(), SECRET);
    let template = "🚀 Deployment {{version}} to {{environment}}: {{status}}";
    deliver(&channel(via, Reach::Private, Some(template))).await.unwrap();
    let heard = server.heard();
    let event: serde_json::Value = serde_json::from_str(body(&heard[0])).unwrap();
    assert_eq!(event["data"]["message"], "🚀 Deployment v2 to production: started");
    assert_eq!(event["data"]["artifact"], "prompts/greeting");
}

#[test]
fn a_template_that_makes_no_sense_is_refused_before_anything_is_told() {
    let via = || Via::Slack { url: "env:CHAT".parse().unwrap() };
    let check =
        |template| Channels::default().check(&channel(via(), Reach::Public, Some(template)));
    check("{{version}} of {{artifact}}{% if detail %}: {{detail}}{% endif %}").unwrap();
    for (template, why) in [
        ("{{ versoin }}", "undefined"),
        ("{{ version", "unexpected end"),
        ("{% for one in range(100000) %}{{ one }}{% endfor %}", "the template makes no sense"),
    ] {
        let told = check(template).unwrap_err().to_string();
        assert!(told.contains(why), "{told}");
        assert!(told.contains("it may name event, status"), "{told}");
    }
}

#[tokio::test]
async fn a_time_before_the_epoch_is_signed_all_the_same() {
    let signed = sign::sign_all(SECRET, "evt", NOW.as_micros() - 1, "{}");
    assert!(signed.unwrap().starts_with("v1,"));
}
