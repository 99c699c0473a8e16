//! Webhooks: a `CloudEvent`, signed.

use serde_json::Value;
use sternway_provider::{Notice, NotifyError};
use sternway_types::{ChannelParts, SecretRef, Timestamp};

use crate::{
    failed,
    http::{Post, target},
    sign, template,
};

/// The request for an event.
pub(crate) fn request(
    parts: &ChannelParts,
    (url, secret): (&str, &SecretRef),
    notice: &Notice,
    now: Timestamp,
) -> Result<Post, NotifyError> {
    let body = body(parts, notice)?;
    let seconds = now.as_micros().div_euclid(1_000_000);
    let signature = sign::sign_all(&crate::secret(secret)?, &notice.id, seconds, &body)
        .map_err(|err| failed(err.to_string()))?;
    let headers = vec![
        ("webhook-id", notice.id.clone()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signature),
    ];
    let target = target(url, parts.reach)?;
    let content_type = "application/cloudevents+json; charset=UTF-8";
    Ok(Post { target, content_type, headers, body })
}

/// The event, and what a template makes of it as `data.message`.
fn body(parts: &ChannelParts, notice: &Notice) -> Result<String, NotifyError> {
    let Some(source) = &parts.template else { return Ok(notice.body.clone()) };
    let message = template::render(source, notice, str::to_owned)?;
    let mut event: Value =
        serde_json::from_str(&notice.body).map_err(|err| failed(err.to_string()))?;
    if let Some(data) = event.get_mut("data").and_then(Value::as_object_mut) {
        data.insert("message".into(), message.into());
    }
    let body = event.to_string();
    if body.len() > Notice::MAX_BODY {
        let found = body.len();
        return Err(failed(format!("with its message the event has {found} bytes of 20,000")));
    }
    Ok(body)
}
