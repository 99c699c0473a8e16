//! A compiled schema.

use std::error::Error;

use jsonschema::{PatternOptions, Retrieve, Uri, ValidationError, Validator};
use serde_json::Value;
use sternway_types::{JsonError, Violation, Violations, check_json};

/// Why something is no schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// It is not even strict JSON.
    #[error("the schema is not strict JSON")]
    Json(#[from] JsonError),
    /// It is JSON, and no schema that can be used.
    #[error("the schema does not compile{place}: {problem}", place = at(.pointer))]
    Schema {
        /// Where in the schema (RFC 6901); empty for the whole of it.
        pointer: String,
        /// What is wrong.
        problem: String,
    },
}

fn at(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!(" at {pointer}") }
}

/// A JSON Schema, ready to check contents.
#[derive(Debug)]
pub struct Schema(Validator);

impl Schema {
    /// Compiles a schema.
    ///
    /// # Errors
    ///
    /// [`SchemaError::Schema`] if it is none, or refers to what is not in it.
    pub fn compile(schema: &Value) -> Result<Self, SchemaError> {
        let options = jsonschema::options()
            .with_retriever(Nothing)
            .with_pattern_options(PatternOptions::regex());
        options.build(schema).map(Self).map_err(|err| SchemaError::Schema {
            pointer: err.instance_path().as_str().to_owned(),
            problem: why(&err),
        })
    }

    /// Compiles the bytes of a schema.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] if they are no strict JSON, or no schema.
    pub fn parse(schema: &[u8]) -> Result<Self, SchemaError> {
        Self::compile(&parse(schema)?)
    }

    /// Checks the bytes of a content. What is no strict JSON is one violation.
    #[must_use]
    pub fn check(&self, content: &[u8]) -> Violations {
        match parse(content) {
            Ok(document) => self.0.iter_errors(&document).map(|err| violation(&err)).collect(),
            Err(err) => {
                let message = format!("the content is not JSON, and a JSON Schema wants it: {err}");
                [Violation::whole(message)].into_iter().collect()
            }
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    check_json(bytes)?;
    // What was checked can be read.
    Ok(serde_json::from_slice(bytes).unwrap_or_default())
}

fn violation(err: &ValidationError<'_>) -> Violation {
    let pointer = err.instance_path().as_str().to_owned();
    // A document that does not hold says so without being repeated.
    let is_small = matches!(
        err.instance().as_ref(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)
    );
    let message = if is_small { err.to_string() } else { err.masked().to_string() };
    Violation { pointer, message }
}

/// An error and what caused it, in one line.
fn why(err: &ValidationError<'_>) -> String {
    let mut said = violation(err).message;
    let mut source = err.source();
    while let Some(cause) = source {
        let cause_said = cause.to_string();
        if !said.contains(&cause_said) {
            said = format!("{said}: {cause_said}");
        }
        source = cause.source();
    }
    said
}

/// Fetches nothing, and says so.
struct Nothing;

impl Retrieve for Nothing {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        Err(format!("nothing is fetched: put {uri} under \"$defs\" of the schema").into())
    }
}
