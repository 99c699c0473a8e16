//! One request, one answer: nothing is followed, and little is read.

use std::{error::Error, time::Duration};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use sternway_provider::{Delivered, NotifyError};
use sternway_types::{Reach, Timestamp};
use tokio::io::{AsyncRead, AsyncWrite};
use url::{Host, Url};

use crate::{
    egress::{Egress, Unreachable},
    failed, unfit,
};

/// How much of an answer is read: its first words, should it be a refusal.
const READ: usize = 1_024;

/// Where a request goes.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    host: String,
    port: u16,
    secure: bool,
    /// What stands behind the host.
    path: String,
    /// The host as the request names it.
    authority: String,
    reach: Reach,
}

impl Target {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// [`NotifyError::Unfit`] if it is none, or if what leaves could be read by others.
    pub(crate) fn new(address: &str, reach: Reach) -> Result<Self, NotifyError> {
        let url =
            Url::parse(address).map_err(|err| unfit(format!("the address is none: {err}")))?;
        let secure = match url.scheme() {
            "https" => true,
            "http" if reach == Reach::Private => false,
            "http" => {
                return Err(unfit(
                    "an address of the internet begins with https://: without TLS anybody could \
                     read along (http:// is for --allow-private)",
                ));
            }
            _ => return Err(unfit("the address begins with neither https:// nor http://")),
        };
        // The parser reads `2130706433` and `0x7f.1` as the addresses that they are.
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(unfit("the address has no host")),
        };
        let named = url.host_str().unwrap_or_default();
        let authority = url.port().map_or_else(|| named.into(), |port| format!("{named}:{port}"));
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Ok(Self {
            host,
            port: url.port_or_known_default().unwrap_or(443),
            secure,
            path: format!("{}{query}", url.path()),
            authority,
            reach,
        })
    }
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
    let Target { host, port, secure, reach, .. } = &post.target;
    let stream = egress.connect(host, *port, *reach).await.map_err(|err| unreachable(&err))?;
    if *secure {
        let stream = egress.secure(stream, host).await.map_err(|err| unreachable(&err))?;
        talk(stream, &post, now).await
    } else {
        talk(stream, &post, now).await
    }
}

async fn talk<S>(stream: S, post: &Post, now: Timestamp) -> Result<Delivered, NotifyError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |err: hyper::Error| failed(format!("the conversation broke off: {}", chain(&err)));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let request = request(post)?;
    let mut answer = std::pin::pin!(async {
        let response = sender.send_request(request).await.map_err(broken)?;
        judge(response, now).await
    });
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        // Who closes after the answer may have been heard in full.
        _ = connection => answer.await,
    }
}

fn request(post: &Post) -> Result<Request<Full<Bytes>>, NotifyError> {
    let unfit = |err: hyper::http::Error| unfit(format!("it cannot be put into a request: {err}"));
    let target = &post.target;
    let mut request = Request::post(target.path.as_str())
        .header(HOST, target.authority.as_str())
        .header(USER_AGENT, concat!("sternway/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, post.content_type);
    for (name, value) in &post.headers {
        let value = HeaderValue::from_str(value).map_err(|err| unfit(err.into()))?;
        request = request.header(HeaderName::from_static(name), value);
    }
    request.body(Full::from(post.body.clone())).map_err(unfit)
}

async fn judge(response: Response<Incoming>, now: Timestamp) -> Result<Delivered, NotifyError> {
    let status = response.status();
    // Said by its status alone. The rest is not read, however long it is.
    if status.is_success() {
        return Ok(Delivered { answer: status.to_string() });
    }
    let rest = rest(response.headers(), now);
    if status.is_redirection() {
        let problem = format!("{status}: redirects are not followed: change the address");
        return Err(NotifyError::Failed { problem, rest });
    }
    let said = first_words(response.into_body()).await;
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

async fn first_words(mut body: Incoming) -> String {
    let mut read = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        if let Some(bytes) = frame.data_ref() {
            read.extend(bytes.iter().take(READ.saturating_sub(read.len())));
        }
        if read.len() >= READ {
            break;
        }
    }
    let text = String::from_utf8_lossy(&read);
    let visible = text.chars().map(|it| if it.is_control() { ' ' } else { it });
    visible.take(200).collect::<String>().trim().to_owned()
}

pub(crate) fn unreachable(err: &Unreachable) -> NotifyError {
    failed(chain(err))
}

/// An error and why it happened, in one line.
pub(crate) fn chain(err: &dyn Error) -> String {
    let mut said = err.to_string();
    let mut next = err.source();
    while let Some(err) = next {
        said = format!("{said}: {err}");
        next = err.source();
    }
    said
}
