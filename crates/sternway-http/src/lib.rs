//! One request by HTTP and its answer, for what tells others and for what asks them.
//!
//! [`send`] goes through one way out, the [`Egress`]: it looks a host up itself, refuses addresses of this
//! host and its networks unless the [`Target`] may be there, and connects to exactly the addresses that it
//! looked at. Redirects are not followed, no proxy is asked, and of an answer no more is read than was
//! asked for. Limits: HTTP/1.1, one connection for each request, and no limit of time, which is the caller's.

pub mod egress;
mod exchange;
mod secret;
mod target;

use std::error::Error;

pub use hyper::{
    Method, StatusCode,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};

pub use crate::{
    egress::{Egress, Resolve, Unreachable},
    exchange::{Answer, Ending, Failure, Request, send},
    secret::{NoSecret, secret},
    target::{BadAddress, Target},
};

/// An error and why it happened, in one line.
#[must_use]
pub fn chain(err: &dyn Error) -> String {
    let mut said = err.to_string();
    let mut next = err.source();
    while let Some(err) = next {
        said = format!("{said}: {err}");
        next = err.source();
    }
    said
}
