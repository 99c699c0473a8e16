//! Hooks of others, which say whether a deployment may go on.

use serde_json::{Value, from_str};
use sternway_health::HttpProbe;
use sternway_provider::{Health, Unprobed};

use crate::{
    made::{asked, endpoint, unknown, unwell},
    server::{Answer, Server, body, header, says},
};

async fn answered(answer: Answer) -> Result<Health, Unprobed> {
    let server = Server::answering(&[answer]).await;
    asked(&HttpProbe::hook(endpoint(&server.url()))).await
}

#[tokio::test]
async fn it_is_told_of_the_deployment() {
    let server = Server::answering(&[says("200 OK", "")]).await;
    assert_eq!(asked(&HttpProbe::hook(endpoint(&server.url()))).await, Ok(Health::Well));
    let heard = server.heard();
    assert!(heard[0].starts_with("POST /ready?of=app HTTP/1.1\r\n"), "{}", heard[0]);
    assert_eq!(header(&heard[0], "content-type"), "application/json");
    let id = "0191f3a0-0000-7000-8000-00000000d001";
    assert_eq!(header(&heard[0], "idempotency-key"), format!("{id}-1"));
    let told: Value = from_str(body(&heard[0])).unwrap();
    assert_eq!((&told["id"], &told["step"]), (&id.into(), &1.into()));
    assert_eq!(told["environment"], "production");
    let member = &told["members"][0];
    assert_eq!(
        (&member["artifact"], &member["from"], &member["to"]),
        (&"prompts/greeting".into(), &Value::from(1), &Value::from(2))
    );
}

#[tokio::test]
async fn it_says_yes_no_or_not_yet() {
    assert_eq!(answered(says("204 No Content", "")).await, Ok(Health::Well));
    for later in
        ["202 Accepted", "425 Too Early", "429 Too Many Requests", "503 Service Unavailable"]
    {
        unknown(answered(says(later, "")).await, &format!("says not yet: {later}"));
    }
    unwell(
        answered(says("409 Conflict", "no change window")).await,
        "409 Conflict: no change window",
    );
    unwell(answered(says("500 Internal Server Error", "")).await, "500");
    unwell(answered(says("302 Found", "")).await, "302 Found");
}

#[tokio::test]
async fn that_it_does_not_answer_says_nothing_of_the_candidates() {
    unknown(answered(Answer::Hanging("")).await, "did not answer within 200ms");
    unknown(answered(Answer::Whole("garbage".into())).await, "broke off");
    let server = Server::answering(&[says("200 OK", "")]).await;
    let url = server.url();
    drop(server);
    unknown(asked(&HttpProbe::hook(endpoint(&url))).await, "cannot connect");
}

#[tokio::test]
async fn what_means_not_yet_can_be_said() {
    let server = Server::answering(&[says("202 Accepted", ""), says("404 Not Found", "")]).await;
    let probe = HttpProbe::hook(endpoint(&server.url())).waiting_at("404".parse().unwrap());
    assert_eq!(asked(&probe).await, Ok(Health::Well));
    unknown(asked(&probe).await, "404 Not Found");
}
