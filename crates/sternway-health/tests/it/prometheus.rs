//! Queries to what answers as Prometheus does.

use sternway_health::{Bounds, Endpoint, PrometheusProbe, Text};
use sternway_provider::{Health, Unprobed};

use crate::{
    made::{SHORT, asked, unknown, unwell},
    server::{Answer, Server, header, says},
};

const QUERY: &str = r#"sum(rate(errors{job="app"}[5m])) / 2 + 1"#;

fn probe(server: &str) -> PrometheusProbe {
    let bounds = Bounds::new(None, Some(0.5)).expect("bounds");
    let token = || Text::Written("Bearer t".into());
    let endpoint = Endpoint::of_prometheus(server, QUERY).expect("a query").within(SHORT);
    PrometheusProbe::new(endpoint.with_header("authorization", token()).expect("a header"), bounds)
}

async fn answered(answer: Answer) -> Result<Health, Unprobed> {
    let server = Server::answering(&[answer]).await;
    asked(&probe(&format!("http://127.0.0.1:{}", server.port))).await
}

fn scalar(number: &str) -> Answer {
    let data = format!(r#"{{"resultType":"scalar","result":[1435781451.781,"{number}"]}}"#);
    says("200 OK", &format!(r#"{{"status":"success","data":{data}}}"#))
}

#[tokio::test]
async fn a_number_is_held_against_its_bounds() {
    assert_eq!(answered(scalar("0.49")).await, Ok(Health::Well));
    unwell(answered(scalar("0.5")).await, "the query answered 0.5, which is not below 0.5");
    unwell(answered(scalar("+Inf")).await, "answered inf");
}

#[tokio::test]
async fn what_is_no_number_finds_nothing_out() {
    unknown(answered(scalar("NaN")).await, "NaN");
    unknown(answered(says("503 Service Unavailable", "starting")).await, "503 Service Unavailable");
    unknown(answered(says("302 Found", "")).await, "302 Found");
    unknown(answered(Answer::Hanging("")).await, "did not answer within 200ms");
    unknown(answered(Answer::Whole("garbage".into())).await, "broke off");
    let huge = "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n";
    unknown(answered(Answer::Endless(huge)).await, "no end");
}

#[tokio::test]
async fn the_query_reaches_it_as_it_was_written() {
    let server = Server::answering(&[scalar("0")]).await;
    let behind = format!("http://127.0.0.1:{}/prom/", server.port);
    assert_eq!(asked(&probe(&behind)).await, Ok(Health::Well));
    let heard = server.heard();
    let line = heard[0].lines().next().unwrap();
    let query = "sum%28rate%28errors%7Bjob%3D%22app%22%7D%5B5m%5D%29%29+%2F+2+%2B+1";
    assert_eq!(line, format!("GET /prom/api/v1/query?query={query} HTTP/1.1"));
    assert_eq!(header(&heard[0], "authorization"), "Bearer t");
}

#[test]
fn a_query_that_asks_nothing_is_refused() {
    assert!(Endpoint::of_prometheus("http://p", " ").is_err());
    assert!(Endpoint::of_prometheus("p:9090", "up").is_err());
}
