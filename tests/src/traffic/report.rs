//! What was measured, beside what the machine allows, and its bar.

use std::fmt;

use serde_json::json;

/// One line of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What.
    pub what: String,
    /// What it came to.
    pub measured: String,
    /// What it came to without Sternway, in the same run.
    pub floor: String,
    /// What it is to come to; empty if nothing is asked.
    pub bar: String,
    /// Whether it does.
    pub met: bool,
}

impl Row {
    /// For programs: one JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        let Self { what, measured, floor, bar, met } = self;
        json!({ "what": what, "measured": measured, "floor": floor, "bar": bar, "met": met })
            .to_string()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, measured, floor, bar, met } = self;
        let met = if *met { "met   " } else { "MISSED" };
        write!(f, "{met} {what:<34} {measured:<44} bare: {floor:<34} bar: {bar}")
    }
}
