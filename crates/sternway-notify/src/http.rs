//! Sends one event by HTTP, and says what is made of the answer.

use std::time::Duration;

use sternway_http::{
    Answer, BadAddress, Egress, Failure, HeaderMap, HeaderName, HeaderValue, Method, Request,
    StatusCode, Target, Unreachable, chain,
    header::{CONTENT_TYPE, RETRY_AFTER},
    send,
};
use sternway_provider::{Delivered, NotifyError};
use sternway_types::{Reach, Timestamp};

use crate::{failed, unfit};

/// How much of an answer is read: its first words, should it be a refusal.
const READ: usize = 1_024;

/// Reads an address.
///
/// # Errors
///
/// [`NotifyError::Unfit`] if it is none, or if what leaves could be read by others.
pub(crate) fn target(address: &str, reach: Reach) -> Result<Target, NotifyError> {
    Target::new(address, reach).map_err(|err| match err {
        BadAddress::Open => unfit(format!("{err} (http:// is for --allow-private)")),
        BadAddress::Unreadable(_) | BadAddress::Scheme | BadAddress::NoHost => unfit(chain(&err)),
    })
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) target: Target,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// Sends it, and says what was answered.
pub(crate) async fn post(
    egress: &Egress,
    post: Post,
    now: Timestamp,
) -> Result<Delivered, NotifyError> {
    // A success is said by its status alone. The rest is not read, however long it is.
    let most = |status: StatusCode| {
        let is_plain = status.is_success() || status.is_redirection();
        if is_plain { 0 } else { READ }
    };
    let answered = send(egress, request(post)?, most).await;
    judge(&answered.map_err(|err| broken(&err))?, now)
}

fn request(post: Post) -> Result<Request, NotifyError> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(post.content_type));
    for (name, value) in &post.headers {
        let value = HeaderValue::from_str(value)
            .map_err(|err| unfit(format!("it cannot be put into a request: {err}")))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(Request { method: Method::POST, target: post.target, headers, body: post.body })
}

fn broken(err: &Failure) -> NotifyError {
    match err {
        Failure::Unreachable(err) => unreachable(err),
        Failure::Unfit(_) => unfit(chain(err)),
        Failure::Broken(_) => failed(chain(err)),
    }
}

fn judge(answer: &Answer, now: Timestamp) -> Result<Delivered, NotifyError> {
    let status = answer.status;
    if status.is_success() {
        return Ok(Delivered { answer: status.to_string() });
    }
    let rest = rest(&answer.headers, now);
    if status.is_redirection() {
        let problem = format!("{status}: redirects are not followed: change the address");
        return Err(NotifyError::Failed { problem, rest });
    }
    let said = answer.first_words();
    let problem = if said.is_empty() { status.to_string() } else { format!("{status}: {said}") };
    if status == StatusCode::GONE {
        return Err(NotifyError::Gone { problem });
    }
    Err(NotifyError::Failed { problem, rest })
}

/// How long whoever answered wants to be left alone.
fn rest(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(asked).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    let at = Timestamp::from_micros(i64::try_from(at.as_micros()).ok()?);
    Some(at.since(now))
}

/// Nobody was told, and what can be done about it.
pub(crate) fn unreachable(err: &Unreachable) -> NotifyError {
    match err {
        Unreachable::Private { .. } => {
            failed(format!("{err}: a channel that may be there is added with --allow-private"))
        }
        Unreachable::Unknown { .. } | Unreachable::Connect { .. } | Unreachable::Tls { .. } => {
            failed(chain(err))
        }
    }
}
