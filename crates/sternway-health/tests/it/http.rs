//! Addresses of an application.

use sternway_health::{BadCheck, Endpoint, HttpProbe, Text};
use sternway_provider::{Health, HealthProbe as _, Unprobed};

use crate::{
    made::{asked, deployment, endpoint, unknown, unwell},
    server::{Answer, Server, header, says},
};

async fn answered(answer: Answer) -> Result<Health, Unprobed> {
    let server = Server::answering(&[answer]).await;
    asked(&HttpProbe::new(endpoint(&server.url()))).await
}

/// What is made of an answer that has to say `ready`.
async fn ready(answer: Answer) -> Result<Health, Unprobed> {
    let server = Server::answering(&[answer]).await;
    asked(&HttpProbe::new(endpoint(&server.url())).saying("ready")).await
}

#[tokio::test]
async fn every_success_is_well_and_nothing_else() {
    assert_eq!(answered(says("200 OK", "")).await, Ok(Health::Well));
    assert_eq!(answered(says("204 No Content", "")).await, Ok(Health::Well));
    unwell(
        answered(says("503 Service Unavailable", "no\npool")).await,
        "503 Service Unavailable: no pool",
    );
    unwell(answered(says("404 Not Found", "")).await, "/ready answered 404 Not Found");
}

#[tokio::test]
async fn it_is_asked_as_it_was_said() {
    let server = Server::answering(&[says("401 Unauthorized", ""), says("200 OK", "")]).await;
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "Bearer first\n").unwrap();
    let kept = Text::Kept(format!("file:{}", file.display()).parse().unwrap());
    let told = endpoint(&server.url())
        .with_header("Authorization", kept)
        .and_then(|it| it.with_header("Host", Text::Written("app.internal".into())))
        .unwrap();
    let probe = HttpProbe::new(told).with_method("HEAD").unwrap().expecting("401".parse().unwrap());
    assert_eq!(asked(&probe).await, Ok(Health::Well));
    unwell(asked(&probe).await, "answered 200 OK");
    let heard = server.heard();
    assert!(heard[0].starts_with("HEAD /ready?of=app HTTP/1.1\r\n"), "{}", heard[0]);
    assert_eq!(header(&heard[0], "authorization"), "Bearer first");
    assert_eq!(header(&heard[0], "host"), "app.internal");
    assert!(header(&heard[0], "user-agent").starts_with("sternway/"));
    assert!(!format!("{probe:?}").contains("first"), "{probe:?}");
    std::fs::remove_file(&file).unwrap();
    unknown(asked(&probe).await, "cannot read");
    assert_eq!(server.heard().len(), 2, "who has no secret asks nobody");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_says_where_it_points() {
    let elsewhere = Server::answering(&[says("200 OK", "")]).await;
    let url = elsewhere.url();
    let moved = format!("HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n");
    unwell(
        answered(Answer::Whole(moved)).await,
        &format!("302 Found: it points to {url}, and is not followed"),
    );
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn what_it_has_to_say_is_looked_for() {
    assert_eq!(ready(says("200 OK", r#"{"state":"ready"}"#)).await, Ok(Health::Well));
    unwell(ready(says("200 OK", "warming up")).await, r#"does not say "ready""#);
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nrea".to_owned();
    unknown(ready(Answer::Whole(cut)).await, "broke off");
}

#[tokio::test]
async fn an_answer_without_end_costs_nothing() {
    let huge = "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n";
    unwell(ready(Answer::Endless(huge)).await, "in its first 65536 bytes");
    assert_eq!(answered(Answer::Endless(huge)).await, Ok(Health::Well));
    unknown(answered(Answer::Endless("HTTP/1.1 200 OK\r\nEndless: ")).await, "broke off");
}

#[tokio::test]
async fn who_does_not_answer_in_time_is_not_well() {
    unwell(answered(Answer::Hanging("")).await, "did not answer within 200ms");
    unwell(answered(Answer::Hanging("HTTP/1.1 200")).await, "did not answer within 200ms");
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nrea";
    unwell(ready(Answer::Hanging(head)).await, "did not answer within 200ms");
    assert_eq!(answered(Answer::Hanging(head)).await, Ok(Health::Well), "by its status alone");
    let server = Server::answering(&[says("200 OK", "")]).await;
    let url = server.url();
    drop(server);
    unwell(asked(&HttpProbe::new(endpoint(&url))).await, "cannot connect to 127.0.0.1");
}

#[tokio::test]
async fn what_makes_no_sense_finds_nothing_out() {
    for garbage in ["220 mail.example.com ESMTP\r\n", "", "\0\0\0\r\n\r\n", "HTTP/1.1 xyz\r\n\r\n"]
    {
        unknown(answered(Answer::Whole(garbage.to_owned())).await, "broke off");
    }
    unknown(
        asked(&HttpProbe::new(endpoint("http://no.such.host.invalid/"))).await,
        "has no address",
    );
}

#[tokio::test]
async fn a_check_that_is_given_up_leaves_nothing_running() {
    let server = Server::answering(&[Answer::Hanging(""), says("200 OK", "")]).await;
    let probe = HttpProbe::new(Endpoint::new(&server.url()).unwrap());
    let of = deployment();
    let asking = tokio::time::timeout(crate::made::SHORT, probe.probe(&of));
    assert!(asking.await.is_err());
    // It hears the next one only once the first conversation is over.
    assert_eq!(asked(&probe).await, Ok(Health::Well));
}

#[test]
fn what_cannot_be_asked_is_refused_when_it_is_said() {
    let refused = |url: &str| Endpoint::new(url).unwrap_err();
    assert!(matches!(refused("app:8080/ready"), BadCheck::Address(_)));
    assert!(matches!(refused("ftp://app/ready"), BadCheck::Address(_)));
    assert!(matches!(refused("https://me:word@app/"), BadCheck::Password));
    let header = |name: &str, text: &str| {
        endpoint("http://app/").with_header(name, Text::Written(text.into())).is_err()
    };
    assert!(header("a b", "x") && header("a", "x\r\nb: y") && !header("a", "x"));
    for method in ["", "get", "GET /"] {
        assert!(HttpProbe::new(endpoint("http://app/")).with_method(method).is_err(), "{method}");
    }
}
