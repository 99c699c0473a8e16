//! Check a content against a JSON Schema, and say where it does not hold.
//!
//! ```
//! use serde_json::json;
//! use sternway_validate::Schema;
//!
//! let schema = Schema::compile(&json!({
//!     "type": "object",
//!     "required": ["tone"],
//!     "properties": {"tone": {"enum": ["warm", "formal"]}},
//! }))?;
//! assert!(schema.check(br#"{"tone": "warm"}"#).is_empty());
//!
//! let violations = schema.check(br#"{"tone": "rude"}"#);
//! assert_eq!(
//!     violations.shown()[0].to_string(),
//!     r#"/tone: "rude" is not one of "warm" or "formal""#
//! );
//! assert_eq!(schema.check(b"Hello!").shown()[0].pointer, "", "no JSON holds to no schema");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The dialect is what `$schema` names, else draft 2020-12. Nothing is ever fetched: a `$ref` leads
//! to the schema itself or to one of the published meta-schemas, and everything else is refused. A
//! `pattern` runs in time linear in its text, and so has no look-around and no back-references. A
//! `format` is checked where its dialect says so, which the newest ones do not.
//!
//! Limits: numbers are compared as doubles, so that integers beyond 2⁵³ may pass for their
//! neighbors. A schema whose alternatives multiply takes as long as that: who calls keeps the time.

mod schema;

pub use crate::schema::{Schema, SchemaError};
