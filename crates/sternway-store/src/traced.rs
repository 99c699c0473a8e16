//! A store that tells what it is asked, as spans.

use std::sync::Arc;

use tracing::{Instrument as _, Span, debug_span, field::Empty};

use crate::{
    Store, StoreError,
    decorate::{Answer, Call, decorate, name_of},
};

/// Wraps a store so that every call is a span of [`tracing`], with the name `store`, the target
/// `sternway::store` and the level `DEBUG`.
///
/// Its fields, each left out where there is nothing to say:
///
/// | field | what it is |
/// |---|---|
/// | `op` | the method of [`Store`] |
/// | `namespace` | where it looks or writes |
/// | `artifact` | the one artifact that it is about |
/// | `sent` | how many bytes (`put`), changes (`commit`) or outcomes (`append`) it brings |
/// | `found` | how many things it answers with; of outcomes, how many are new |
/// | `revision` | the revision that it made or came to |
/// | `damaged` | how much damage `verify` names |
/// | `error` | the name of the error, such as `conflict`: what the caller can do about it |
///
/// No content, reason, message or outcome is ever told, and no error in its own words, which may
/// quote them. A call that is given up before its answer ends its span without the last four.
#[derive(Debug)]
pub struct Traced {
    inner: Arc<dyn Store>,
}

impl Traced {
    /// The target of every span, to filter by.
    pub const TARGET: &'static str = "sternway::store";

    /// Tells of every call of this store.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>) -> Self {
        Self { inner }
    }

    async fn around<T: Answer>(
        &self,
        call: Call<'_>,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let span = span(&call);
        let answer = answer.instrument(span.clone()).await;
        tell(&span, &answer);
        answer
    }
}

fn span(call: &Call<'_>) -> Span {
    let span = debug_span!(
        target: Traced::TARGET,
        "store",
        op = call.op,
        namespace = Empty,
        artifact = Empty,
        sent = Empty,
        found = Empty,
        revision = Empty,
        damaged = Empty,
        error = Empty,
    );
    if let Some(namespace) = call.namespace {
        span.record("namespace", namespace.as_str());
    }
    if let Some(artifact) = call.artifact {
        span.record("artifact", tracing::field::display(artifact));
    }
    if let Some(sent) = call.sent {
        span.record("sent", sent);
    }
    span
}

fn tell<T: Answer>(span: &Span, answer: &Result<T, StoreError>) {
    let answer = match answer {
        Ok(answer) => answer,
        Err(err) => {
            span.record("error", name_of(err));
            return;
        }
    };
    if let Some(found) = answer.found() {
        span.record("found", found);
    }
    if let Some(revision) = answer.revision() {
        span.record("revision", revision.get());
    }
    if answer.damaged() > 0 {
        span.record("damaged", answer.damaged());
    }
}

decorate!(Traced);
