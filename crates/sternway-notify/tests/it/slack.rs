//! Messages in a chat.

use serde_json::Value;
use sternway_types::{Reach, Via};
use tempfile::TempDir;

use crate::{
    made::{channel, deliver, kept, problem},
    server::{Answer, OK, Server, body, header},
};

async fn told(template: Option<&str>) -> Value {
    let folder = TempDir::new().expect("a folder");
    let server = Server::answering(OK).await;
    let via = Via::Slack { url: kept(&folder, "url", &server.url()) };
    deliver(&channel(via, Reach::Private, template)).await.expect("it is taken");
    let heard = server.heard().pop().expect("it was told");
    assert_eq!(header(&heard, "content-type"), "application/json; charset=UTF-8");
    serde_json::from_str(body(&heard)).expect("a message")
}

#[tokio::test]
async fn a_message_has_a_line_for_where_blocks_cannot_be_shown() {
    let message = told(None).await;
    assert_eq!(message["text"], "deployment of prompts/greeting v2 in production started");
    assert_eq!(
        message["blocks"][0]["text"]["text"],
        "deployment of prompts/greeting v2 in production started\nnamespace: shop\nrevision: 7\n\
         actor: human:alice\nreason: to &lt;try&gt; &amp; see"
    );
    assert_eq!(message["blocks"][0]["text"]["type"], "mrkdwn");
}

#[tokio::test]
async fn somebodys_words_mention_nobody_and_the_templates_own_do() {
    let message = told(Some("<!here> {{reason}}")).await;
    assert_eq!(message["blocks"][0]["text"]["text"], "<!here> to &lt;try&gt; &amp; see");
}

#[tokio::test]
async fn a_refused_message_says_why_and_not_where() {
    let refused = "HTTP/1.1 400 Bad Request\r\nContent-Length: 15\r\n\r\ninvalid_payload";
    let (folder, server) =
        (TempDir::new().unwrap(), Server::answering(Answer::Whole(refused)).await);
    let via = Via::Slack { url: kept(&folder, "url", &server.url()) };
    let told = problem(deliver(&channel(via, Reach::Private, None)).await);
    assert_eq!(told, "400 Bad Request: invalid_payload");
}
