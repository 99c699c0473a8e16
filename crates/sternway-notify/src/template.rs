//! What a person wrote to be told in: templates of `MiniJinja`, with the members of the event.

use minijinja::{Environment, UndefinedBehavior, value::Serde};
use serde_json::{Map, Value, json};
use sternway_provider::{Notice, NotifyError};

use crate::{failed, unfit};

/// How much a template may do, so that one that never ends does.
const FUEL: u64 = 50_000;
/// The longest that a template may come to, in bytes.
const MAX_RENDERED: usize = 16_000;

/// Whether a template can be told in: it is filled in for an event that never was.
///
/// # Errors
///
/// [`NotifyError::Unfit`] with the line and what is wrong with it.
pub(crate) fn check(source: &str) -> Result<(), NotifyError> {
    let member = json!({ "artifact": "prompts/greeting", "from": "v1", "version": "v2" });
    let sample = json!({
        "event": "deployment.started", "status": "started", "summary": "a sample",
        "namespace": "default", "revision": 7, "at": "2026-11-20T16:00:00Z",
        "actor": "human:alice", "reason": "", "environment": "production",
        "artifact": "prompts/greeting", "version": "v2", "artifacts": [member],
        "deployment": "01988f6e-0b7a-7c3e-9f4e-2f5a6b7c8d9e", "detail": "", "id": "evt-7-0-00",
    });
    fill(source, &sample).map(drop).map_err(|problem| {
        let members = "event, status, summary, namespace, revision, at, actor, reason, environment, \
                       artifact, version, artifacts, deployment, detail, id";
        unfit(format!("the template makes no sense: {problem}; it may name {members}"))
    })
}

/// Fills a template in for an event, whose words are made harmless first.
pub(crate) fn render(
    source: &str,
    notice: &Notice,
    harmless: fn(&str) -> String,
) -> Result<String, NotifyError> {
    let members = Value::Object(members(notice, harmless)?);
    fill(source, &members).map_err(|problem| failed(format!("the template: {problem}")))
}

/// What there is to know of an event beside its summary, line by line.
pub(crate) fn details(
    notice: &Notice,
    harmless: fn(&str) -> String,
) -> Result<String, NotifyError> {
    let members = members(notice, harmless)?;
    let named = ["namespace", "revision", "actor", "reason", "deployment"];
    let lines = named.iter().filter_map(|name| match members.get(*name)? {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(format!("{name}: {text}")),
        Value::Number(number) => Some(format!("{name}: {number}")),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// The members of an event, by name. What is not there is an empty text.
fn members(
    notice: &Notice,
    harmless: fn(&str) -> String,
) -> Result<Map<String, Value>, NotifyError> {
    let event: Value = serde_json::from_str(&notice.body).map_err(|err| failed(err.to_string()))?;
    let data = event.get("data").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut members: Map<_, _> =
        data.into_iter().map(|(name, value)| (name, tame(value, harmless))).collect();
    members.insert("id".into(), notice.id.clone().into());
    Ok(members)
}

fn tame(value: Value, harmless: fn(&str) -> String) -> Value {
    match value {
        Value::Null => "".into(),
        Value::String(text) => harmless(&text).into(),
        Value::Array(all) => all.into_iter().map(|one| tame(one, harmless)).collect(),
        Value::Object(all) => Value::Object(
            all.into_iter().map(|(name, value)| (name, tame(value, harmless))).collect(),
        ),
        Value::Bool(_) | Value::Number(_) => value,
    }
}

fn fill(source: &str, members: &Value) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    let members = minijinja::Value::from(Serde(members));
    let mut text = environment.render_str(source, members).map_err(|err| err.to_string())?;
    let end = (0..=MAX_RENDERED.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or_default());
    Ok(text)
}
