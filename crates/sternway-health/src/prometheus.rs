//! One number of a query to Prometheus, or to what speaks as it does.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, de::IgnoredAny};
use sternway_http::{Answer, BadAddress, Ending, HeaderMap, Method, StatusCode};
use sternway_provider::{Health, HealthProbe, Unprobed};
use sternway_types::Deployment;
use url::Url;

use crate::{BadCheck, Endpoint, LONGEST_ANSWER};

/// Where a number is well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    // Invariant: one of them is set, both are numbers, and above < below.
    above: Option<f64>,
    below: Option<f64>,
}

impl Bounds {
    /// Above the first and below the second number, neither of them included.
    ///
    /// # Errors
    ///
    /// [`BadCheck::Bounds`] if there is neither, one is no number, or nothing is between them.
    pub fn new(above: Option<f64>, below: Option<f64>) -> Result<Self, BadCheck> {
        let are_numbers = [above, below].into_iter().flatten().all(f64::is_finite);
        let has_room = match (above, below) {
            (Some(above), Some(below)) => above < below,
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        };
        if are_numbers && has_room { Ok(Self { above, below }) } else { Err(BadCheck::Bounds) }
    }

    /// Whether a number is within them.
    #[must_use]
    pub fn contain(&self, number: f64) -> bool {
        self.above.is_none_or(|above| number > above)
            && self.below.is_none_or(|below| number < below)
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.above, self.below) {
            (Some(above), Some(below)) => write!(f, "above {above} and below {below}"),
            (Some(above), None) => write!(f, "above {above}"),
            (None, Some(below)) => write!(f, "below {below}"),
            (None, None) => Ok(()),
        }
    }
}

/// A check by one number of an instant query. Well within the bounds, and not well outside.
///
/// Everything but exactly one number finds nothing out: no series, several of them, none yet (`NaN`), an
/// error, and a server that does not answer, since what measures is not what is deployed.
#[derive(Clone, Debug)]
#[must_use]
pub struct PrometheusProbe {
    endpoint: Endpoint,
    bounds: Bounds,
}

impl Endpoint {
    /// A query to a server such as `http://prometheus.internal:9090`, whose API may be behind a path.
    ///
    /// # Errors
    ///
    /// [`BadCheck`] if the address or the query makes no sense.
    pub fn of_prometheus(server: &str, query: &str) -> Result<Self, BadCheck> {
        if query.trim().is_empty() {
            return Err(BadCheck::NoQuery);
        }
        let mut url = Url::parse(server).map_err(BadAddress::from)?;
        let path = format!("{}/api/v1/query", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url.query_pairs_mut().clear().append_pair("query", query);
        Self::of(&url)
    }
}

impl PrometheusProbe {
    /// Asks by [`Endpoint::of_prometheus`].
    pub const fn new(endpoint: Endpoint, bounds: Bounds) -> Self {
        Self { endpoint, bounds }
    }
}

#[async_trait]
impl HealthProbe for PrometheusProbe {
    async fn probe(&self, _: &Deployment) -> Result<Health, Unprobed> {
        let question = (Method::GET, HeaderMap::new(), String::new());
        let asked = Box::pin(self.endpoint.ask(question, |_| LONGEST_ANSWER));
        let answer = asked.await.map_err(Unprobed::from)?;
        let shown = self.endpoint.shown();
        let number =
            number(&answer).map_err(|problem| Unprobed::new(format!("{shown}: {problem}")))?;
        if self.bounds.contain(number) {
            return Ok(Health::Well);
        }
        let bounds = self.bounds;
        Ok(Health::Unwell(format!("the query answered {number}, which is not {bounds}")))
    }
}

/// What the API answers, as far as it matters.
#[derive(Deserialize)]
struct Reply {
    data: Option<Data>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "snake_case")]
enum Data {
    Scalar(Sample),
    Vector(Vec<Series>),
    Matrix(IgnoredAny),
    String(IgnoredAny),
}

#[derive(Deserialize)]
struct Series {
    /// Nothing if it is a histogram.
    value: Option<Sample>,
}

/// When, and which number, as a text.
#[derive(Deserialize)]
struct Sample(IgnoredAny, String);

/// The one number of an answer, or why there is none.
fn number(answer: &Answer) -> Result<f64, String> {
    let said = || answer.first_words();
    if answer.ending != Ending::Whole {
        return Err("the answer has no end, or none that was read".into());
    }
    let read = serde_json::from_slice::<Reply>(&answer.body);
    if answer.status != StatusCode::OK {
        let said = read.ok().and_then(|reply| reply.error).unwrap_or_else(said);
        return Err(format!("{}: {said}", answer.status));
    }
    let reply = read.map_err(|_| format!("it is none that Prometheus would give: {}", said()))?;
    let sample = match reply.data {
        Some(Data::Scalar(sample)) => sample,
        Some(Data::Vector(series)) => one(series)?,
        Some(Data::Matrix(_)) => return Err("the query answers a range, and no number".into()),
        Some(Data::String(_)) => return Err("the query answers a text, and no number".into()),
        None => return Err(format!("there is no data: {}", reply.error.unwrap_or_default())),
    };
    let Sample(_, text) = sample;
    match text.parse::<f64>() {
        Ok(number) if number.is_nan() => Err("the query answers NaN: there is nothing yet".into()),
        Ok(number) => Ok(number),
        Err(_) => Err(format!("{text:?} is no number")),
    }
}

fn one(series: Vec<Series>) -> Result<Sample, String> {
    let found = series.len();
    let mut values = series.into_iter().filter_map(|series| series.value);
    match (found, values.next()) {
        (0, _) => Err("the query answers nothing: there is no such series".into()),
        (1, Some(value)) => Ok(value),
        (1, None) => Err("the query answers a histogram, and no number".into()),
        (found, _) => Err(format!("the query answers {found} series: make it one, by sum(…) say")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answered(status: StatusCode, body: &str) -> Result<f64, String> {
        let (body, headers) = (body.as_bytes().to_vec(), HeaderMap::new());
        number(&Answer { status, headers, body, ending: Ending::Whole })
    }

    fn data(kind: &str, result: &str) -> Result<f64, String> {
        let data = format!(r#"{{"resultType":"{kind}","result":{result}}}"#);
        answered(StatusCode::OK, &format!(r#"{{"status":"success","data":{data}}}"#))
    }

    #[track_caller]
    fn unknown(answer: Result<f64, String>, expected: &str) {
        let said = answer.unwrap_err();
        assert!(said.contains(expected), "{said}");
    }

    #[test]
    fn one_number_is_an_answer() {
        assert_eq!(data("scalar", r#"[1435781451.781,"0.5"]"#), Ok(0.5));
        let series = r#"{"metric":{"job":"app"},"value":[1,"3"]}"#;
        assert_eq!(data("vector", &format!("[{series}]")), Ok(3.0));
        assert_eq!(data("scalar", r#"[1,"+Inf"]"#), Ok(f64::INFINITY));
    }

    #[test]
    fn everything_else_is_none() {
        let series = r#"{"metric":{},"value":[1,"3"]}"#;
        unknown(data("vector", "[]"), "no such series");
        unknown(data("vector", &format!("[{series},{series}]")), "2 series");
        unknown(data("vector", r#"[{"metric":{},"histogram":[1,{}]}]"#), "a histogram");
        unknown(data("scalar", r#"[1,"NaN"]"#), "NaN");
        unknown(data("scalar", r#"[1,"much"]"#), "is no number");
        unknown(data("matrix", "[]"), "a range");
        unknown(data("string", r#"[1,"3"]"#), "a text");
        unknown(data("streams", "[]"), "none that Prometheus would give");
        unknown(answered(StatusCode::OK, "3"), "none that Prometheus would give");
        unknown(answered(StatusCode::OK, r#"{"status":"success"}"#), "no data");
        let bad = r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#;
        unknown(answered(StatusCode::BAD_REQUEST, bad), "400 Bad Request: parse error");
        unknown(answered(StatusCode::BAD_GATEWAY, "<html>"), "502 Bad Gateway: <html>");
        let deep = "[".repeat(20_000);
        unknown(answered(StatusCode::OK, &deep), "none that Prometheus would give");
    }

    #[test]
    fn bounds_have_room() {
        for (above, below) in [(None, None), (Some(1.0), Some(1.0)), (Some(f64::NAN), None)] {
            assert!(Bounds::new(above, below).is_err(), "{above:?} {below:?}");
        }
        let bounds = Bounds::new(Some(0.5), Some(2.0)).unwrap();
        assert_eq!([0.5, 0.6, 2.0].map(|it| bounds.contain(it)), [false, true, false]);
        assert_eq!(bounds.to_string(), "above 0.5 and below 2");
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_stumble(body in any::<Vec<u8>>(), text in "[\\[{\":,a-z0-9}\\]]{0,40}") {
            let text = format!(r#"{{"data":{{"resultType":"vector","result":[{text}]}}}}"#);
            for body in [body, text.into_bytes()] {
                let headers = HeaderMap::new();
                let status = StatusCode::OK;
                let read = number(&Answer { status, headers, body, ending: Ending::Whole });
                prop_assert!(!read.is_ok_and(f64::is_nan));
            }
        }
    }
}
