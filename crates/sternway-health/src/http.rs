//! An address that says by its answer whether all is well, or a hook that says whether to go on.

use async_trait::async_trait;
use sternway_api::DeploymentView;
use sternway_http::{
    Answer, Ending, HeaderMap, HeaderName, HeaderValue, Method,
    header::{CONTENT_TYPE, LOCATION},
};
use sternway_provider::{Health, HealthProbe, Unprobed};
use sternway_types::Deployment;

use crate::{
    BadCheck, Endpoint, Statuses,
    endpoint::{LONGEST_ANSWER, Silence},
};

/// Names a question, so that whoever does something by being asked does it once.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Whose the address is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hook {
    /// The application's: it is asked how it is, and is not well if it does not answer.
    #[default]
    No,
    /// Somebody else's, who is told of the deployment and says whether it may go on. That they do not
    /// answer says nothing of the candidates.
    Yes,
}

/// A check by HTTP.
///
/// An answer with an expected status is well, if it says what it is to say; with one of those that mean
/// *not yet* it finds nothing out; with any other it is not well, a redirect included, which is not followed.
#[derive(Clone, Debug)]
#[must_use]
pub struct HttpProbe {
    endpoint: Endpoint,
    hook: Hook,
    method: Method,
    well: Statuses,
    not_yet: Statuses,
    text: Option<String>,
}

impl HttpProbe {
    /// Asks an address of the application with GET. Every success is well.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            hook: Hook::No,
            method: Method::GET,
            well: Statuses::success(),
            not_yet: Statuses::default(),
            text: None,
        }
    }

    /// Tells a hook of the deployment with POST, as the JSON that `deploy list --json` shows. Every success
    /// is well, but for [`Statuses::not_yet`].
    pub fn hook(endpoint: Endpoint) -> Self {
        let (hook, method, not_yet) = (Hook::Yes, Method::POST, Statuses::not_yet());
        Self { hook, method, not_yet, ..Self::new(endpoint) }
    }

    /// The same, with another method.
    ///
    /// # Errors
    ///
    /// [`BadCheck::Method`] if it is none.
    pub fn with_method(mut self, method: &str) -> Result<Self, BadCheck> {
        let is_word = !method.is_empty() && method.bytes().all(|it| it.is_ascii_uppercase());
        let found = is_word.then(|| method.parse().ok()).flatten();
        self.method = found.ok_or_else(|| BadCheck::Method { given: method.to_owned() })?;
        Ok(self)
    }

    /// The same, and these are well.
    pub fn expecting(mut self, statuses: Statuses) -> Self {
        self.well = statuses;
        self
    }

    /// The same, and these mean that it is to be asked again later, also if they are expected.
    pub fn waiting_at(mut self, statuses: Statuses) -> Self {
        self.not_yet = statuses;
        self
    }

    /// The same, and the answer has to have this in its first [`LONGEST_ANSWER`] bytes.
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// What is told.
    fn told(&self, of: &Deployment) -> Result<(HeaderMap, String), Unprobed> {
        if self.hook == Hook::No {
            return Ok((HeaderMap::new(), String::new()));
        }
        let view = DeploymentView::from(of);
        let body = serde_json::to_string(&view).map_err(|err| Unprobed::new(err.to_string()))?;
        let key = HeaderValue::from_str(&format!("{}-{}", view.id, view.step));
        let key = key.map_err(|err| Unprobed::new(err.to_string()))?;
        let json = HeaderValue::from_static("application/json");
        Ok((HeaderMap::from_iter([(CONTENT_TYPE, json), (KEY, key)]), body))
    }

    fn judge(&self, answer: &Answer) -> Result<Health, Unprobed> {
        let (shown, status) = (self.endpoint.shown(), answer.status);
        if self.not_yet.contains(status) {
            return Err(Unprobed::new(format!("{shown} says not yet: {status}")));
        }
        if self.well.contains(status) {
            return self.heard(answer);
        }
        let said = if status.is_redirection() { points_to(answer) } else { answer.first_words() };
        let said = if said.is_empty() { said } else { format!(": {said}") };
        Ok(Health::Unwell(format!("{shown} answered {status}{said}")))
    }

    /// Whether it says what it is to say.
    fn heard(&self, answer: &Answer) -> Result<Health, Unprobed> {
        let Some(text) = &self.text else { return Ok(Health::Well) };
        if String::from_utf8_lossy(&answer.body).contains(text) {
            return Ok(Health::Well);
        }
        let shown = self.endpoint.shown();
        match answer.ending {
            Ending::Whole => Ok(Health::Unwell(format!("{shown} does not say {text:?}"))),
            Ending::Cut => Ok(Health::Unwell(format!(
                "{shown} does not say {text:?} in its first {LONGEST_ANSWER} bytes"
            ))),
            Ending::Broken => Err(Unprobed::new(format!("the answer of {shown} broke off"))),
        }
    }
}

/// Where a redirect points, which is not followed.
fn points_to(answer: &Answer) -> String {
    let place = answer.headers.get(LOCATION).map(|place| {
        let place = String::from_utf8_lossy(place.as_bytes());
        let visible = place.chars().filter(|it| !it.is_control()).take(200);
        format!("it points to {}, and is not followed", visible.collect::<String>())
    });
    place.unwrap_or_default()
}

#[async_trait]
impl HealthProbe for HttpProbe {
    async fn probe(&self, of: &Deployment) -> Result<Health, Unprobed> {
        let (headers, body) = self.told(of)?;
        // What is said by the status alone is not read, however long it takes to come.
        let most = |status| match &self.text {
            None if self.well.contains(status) || self.not_yet.contains(status) => 0,
            Some(_) | None => LONGEST_ANSWER,
        };
        let asked = Box::pin(self.endpoint.ask((self.method.clone(), headers, body), most));
        match (asked.await, self.hook) {
            (Ok(answer), _) => self.judge(&answer),
            (Err(Silence::Nobody(problem)), Hook::No) => Ok(Health::Unwell(problem)),
            (Err(silence), _) => Err(silence.into()),
        }
    }
}
