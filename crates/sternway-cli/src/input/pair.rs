//! Facts of the user's own, as they are typed: `NAME=VALUE`.

use std::str::FromStr;

use serde_json::Value;
use sternway::types::check_json;

/// Why a text is not a pair.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not NAME=VALUE")]
pub(crate) struct PairError(String);

/// A name and a value. A value that is JSON is taken as that, any other as a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pair {
    /// The name.
    pub(crate) name: String,
    /// The value.
    pub(crate) value: Value,
}

impl FromStr for Pair {
    type Err = PairError;

    fn from_str(text: &str) -> Result<Self, PairError> {
        let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
        let error = || PairError(text.chars().take(80).collect());
        let (name, value) = pair.ok_or_else(error)?;
        Ok(Self { name: name.into(), value: parse(value) })
    }
}

fn parse(value: &str) -> Value {
    // What is not strict JSON is a text, which keeps every letter.
    let strict = check_json(value.as_bytes()).is_ok();
    let parsed = strict.then(|| serde_json::from_str(value).ok()).flatten();
    // A number that would come out different is kept as it was typed.
    let parsed = parsed.filter(|parsed: &Value| {
        let number = parsed.as_number().map(ToString::to_string);
        number.is_none_or(|number| number == value)
    });
    parsed.unwrap_or_else(|| Value::String(value.into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(text: &str, name: &str, value: Value) {
        assert_eq!(text.parse(), Ok(Pair { name: name.into(), value }));
    }

    #[test]
    fn a_value_is_json_if_it_can_be() {
        check("tokens=12", "tokens", json!(12));
        check("tags=[\"a\"]", "tags", json!(["a"]));
        check("fast=true", "fast", json!(true));
        check("model=small", "model", json!("small"));
        check("equation=a=b", "equation", json!("a=b"));
        check("nothing=", "nothing", json!(""));
    }

    #[test]
    fn what_json_would_change_stays_a_text() {
        check("id=12345678901234567890123", "id", json!("12345678901234567890123"));
        check("version=1.10", "version", json!("1.10"));
        check("twice={\"a\":1,\"a\":2}", "twice", json!("{\"a\":1,\"a\":2}"));
    }

    #[test]
    fn a_name_is_needed() {
        assert!("=1".parse::<Pair>().is_err());
        assert!("name".parse::<Pair>().is_err());
    }
}
