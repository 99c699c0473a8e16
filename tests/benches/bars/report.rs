//! What one bar came to.

use std::fmt;

use serde_json::json;

/// What was measured, beside its floor and its bar.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// What the machine allows, in the same unit, in the same run.
    pub(crate) floor: f64,
    /// The bar, in words.
    pub(crate) bar: &'static str,
    pub(crate) met: bool,
}

impl Bar {
    pub(crate) fn ratio(&self) -> f64 {
        self.value / self.floor
    }

    pub(crate) fn to_json(&self) -> String {
        json!({
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "floor": self.floor,
            "ratio": self.ratio(),
            "bar": self.bar,
            "met": self.met,
        })
        .to_string()
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.met { "met   " } else { "MISSED" };
        write!(
            f,
            "{verdict} {:<28} {:>12.1} {:<10} floor {:>12.1}  ratio {:>6.2}  bar: {}",
            self.name,
            self.value,
            self.unit,
            self.floor,
            self.ratio(),
            self.bar
        )
    }
}
