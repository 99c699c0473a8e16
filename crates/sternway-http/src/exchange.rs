//! One request, one answer: nothing is followed, and no more is read than was asked for.

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{HOST, HeaderMap, HeaderValue, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::{
    egress::{Egress, Unreachable},
    target::Target,
};

/// What is sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// Of whom.
    pub target: Target,
    /// What is said beside it. The host and who asks are added.
    pub headers: HeaderMap,
    /// What is given along; nothing if it is empty.
    pub body: String,
}

/// How the reading of an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With its last byte.
    Whole,
    /// There was more than was asked for, or nothing was to be read.
    Cut,
    /// Before its end: whoever answered went away.
    Broken,
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// In short.
    pub status: StatusCode,
    /// What was said beside it.
    pub headers: HeaderMap,
    /// As much of the rest as was asked for.
    pub body: Vec<u8>,
    /// Whether that is all of it.
    pub ending: Ending,
}

impl Answer {
    /// The beginning of what was read, in one line of at most 200 characters that can be shown.
    #[must_use]
    pub fn first_words(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let visible = text.chars().map(|it| if it.is_control() { ' ' } else { it });
        visible.take(200).collect::<String>().trim().to_owned()
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nobody was talked to.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// Who was talked to went away, or does not speak HTTP.
    #[error("the conversation broke off")]
    Broken(#[source] hyper::Error),
    /// What is to be sent makes no request.
    #[error("it cannot be put into a request")]
    Unfit(#[source] hyper::http::Error),
}

/// Sends a request, and reads so many bytes of an answer with such a status. It takes as long as whoever is
/// asked: the limit is the caller's, and a call that is dropped closes the connection.
///
/// # Errors
///
/// [`Failure`] if there is no answer. Any status is one.
pub async fn send(
    egress: &Egress,
    request: Request,
    most: impl Fn(StatusCode) -> usize + Send,
) -> Result<Answer, Failure> {
    let Target { host, port, secure, reach, .. } = &request.target;
    let stream = egress.connect(host, *port, *reach).await?;
    if *secure {
        let stream = egress.secure(stream, host).await?;
        talk(stream, request, most).await
    } else {
        talk(stream, request, most).await
    }
}

async fn talk<S>(
    stream: S,
    request: Request,
    most: impl Fn(StatusCode) -> usize + Send,
) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let request = written(request)?;
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(Failure::Broken)?;
    let mut answer = std::pin::pin!(async {
        let response = sender.send_request(request).await.map_err(Failure::Broken)?;
        let most = most(response.status());
        Ok(read(response, most).await)
    });
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        // Who closes after the answer may have been heard in full.
        _ = connection => answer.await,
    }
}

fn written(request: Request) -> Result<hyper::Request<Full<Bytes>>, Failure> {
    let Request { method, target, headers, body } = request;
    let mut written = hyper::Request::builder().method(method).uri(target.path.as_str());
    written = written.header(HOST, target.authority.as_str());
    if let Some(said) = written.headers_mut() {
        let agent = HeaderValue::from_static(concat!("sternway/", env!("CARGO_PKG_VERSION")));
        said.insert(USER_AGENT, agent);
        said.extend(headers);
    }
    written.body(Full::from(body)).map_err(Failure::Unfit)
}

async fn read(response: Response<Incoming>, most: usize) -> Answer {
    let (head, mut rest) = response.into_parts();
    let (mut body, mut ending) = (Vec::new(), Ending::Cut);
    while most > 0 && body.len() <= most {
        match rest.frame().await {
            Some(Ok(frame)) => {
                let bytes = frame.data_ref().map_or(&[][..], Bytes::as_ref);
                body.extend(bytes.iter().take(most + 1 - body.len()));
            }
            Some(Err(_)) => {
                ending = Ending::Broken;
                break;
            }
            None => {
                ending = Ending::Whole;
                break;
            }
        }
    }
    body.truncate(most);
    Answer { status: head.status, headers: head.headers, body, ending }
}
