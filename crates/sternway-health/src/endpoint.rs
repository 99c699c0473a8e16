//! Whom a check asks by HTTP, and what comes back.

use std::{sync::Arc, time::Duration};

use sternway_http::{
    Answer, BadAddress, Egress, Failure, HeaderMap, HeaderName, HeaderValue, Method, Request,
    StatusCode, Target, Unreachable, chain, send,
};
use sternway_provider::Unprobed;
use sternway_types::Reach;
use tokio::time::timeout;
use url::Url;

use crate::{BadCheck, LIMIT, Text};

/// How much of an answer is read, in bytes. What comes after it costs nothing.
pub const LONGEST_ANSWER: usize = 64 * 1024;

/// An address that is asked, with what is said to it each time.
#[derive(Clone, Debug)]
#[must_use]
pub struct Endpoint {
    target: Target,
    /// The address as it is shown: without what stands behind a `?`.
    shown: String,
    headers: Vec<(HeaderName, Text)>,
    limit: Duration,
    egress: Arc<Egress>,
}

/// Why there is no answer.
pub(crate) enum Silence {
    /// Nobody is there, or nobody who can be spoken to, or nobody who answers in time.
    Nobody(String),
    /// What came makes no sense, or nothing could be asked.
    Nothing(Unprobed),
}

impl From<Silence> for Unprobed {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Nobody(problem) => Self::new(problem),
            Silence::Nothing(why) => why,
        }
    }
}

impl Endpoint {
    /// An address such as `https://app.internal/ready`, wherever it is.
    ///
    /// # Errors
    ///
    /// [`BadCheck`] if it is none, or holds a password.
    pub fn new(address: &str) -> Result<Self, BadCheck> {
        Self::of(&Url::parse(address).map_err(BadAddress::from)?)
    }

    pub(crate) fn of(url: &Url) -> Result<Self, BadCheck> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadCheck::Password);
        }
        let target = Target::of(url, Reach::Private)?;
        let mut shown = url.clone();
        shown.set_query(None);
        shown.set_fragment(None);
        Ok(Self {
            target,
            shown: shown.into(),
            headers: Vec::new(),
            limit: LIMIT,
            egress: Arc::default(),
        })
    }

    /// The same, and says this along. A text that is kept elsewhere is read each time.
    ///
    /// # Errors
    ///
    /// [`BadCheck::Header`] if no request can have such a header.
    pub fn with_header(mut self, name: &str, text: Text) -> Result<Self, BadCheck> {
        let refused = || BadCheck::Header { name: name.to_owned() };
        let header = HeaderName::try_from(name).map_err(|_| refused())?;
        if let Text::Written(text) = &text {
            HeaderValue::from_str(text).map_err(|_| refused())?;
        }
        self.headers.push((header, text));
        Ok(self)
    }

    /// The same, and waits so long for an answer. Else [`LIMIT`].
    pub const fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The same, by another way out: one that trusts the authority of a company, say.
    pub fn through(mut self, egress: Egress) -> Self {
        self.egress = Arc::new(egress);
        self
    }

    /// The address as it may be shown.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Asks once, and reads so many bytes of an answer with such a status.
    pub(crate) async fn ask(
        &self,
        (method, also, body): (Method, HeaderMap, String),
        most: impl Fn(StatusCode) -> usize + Send,
    ) -> Result<Answer, Silence> {
        let mut headers = self.said().map_err(Silence::Nothing)?;
        headers.extend(also);
        let request = Request { method, target: self.target.clone(), headers, body };
        match timeout(self.limit, send(&self.egress, request, most)).await {
            Ok(answered) => answered.map_err(|err| self.silence(&err)),
            Err(_) => {
                let (shown, limit) = (&self.shown, self.limit);
                Err(Silence::Nobody(format!("{shown} did not answer within {limit:?}")))
            }
        }
    }

    fn said(&self) -> Result<HeaderMap, Unprobed> {
        let mut headers = HeaderMap::new();
        for (name, text) in &self.headers {
            let value = HeaderValue::from_str(&text.read()?);
            let mut value = value
                .map_err(|_| Unprobed::new(format!("what {name} is to say is no header's text")))?;
            value.set_sensitive(true);
            headers.append(name, value);
        }
        Ok(headers)
    }

    fn silence(&self, err: &Failure) -> Silence {
        let problem = format!("{}: {}", self.shown, chain(err));
        match err {
            Failure::Unreachable(Unreachable::Connect { .. } | Unreachable::Tls { .. }) => {
                Silence::Nobody(problem)
            }
            // A name that nobody knows may be known in a moment; what is no HTTP may be another's port.
            Failure::Unreachable(Unreachable::Unknown { .. } | Unreachable::Private { .. })
            | Failure::Broken(_)
            | Failure::Unfit(_) => Silence::Nothing(Unprobed::new(problem)),
        }
    }
}
