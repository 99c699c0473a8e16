//! What one bar came to.

use std::{fmt, fs, thread};

use serde_json::json;
use sternway::provider::{Clock as _, SystemClock};

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Table,
    Json,
    Markdown,
}

impl Form {
    pub(crate) fn of(args: &[String]) -> Self {
        let asked = |flag: &str| args.iter().any(|arg| arg == flag);
        match (asked("--json"), asked("--markdown")) {
            (true, _) => Self::Json,
            (false, true) => Self::Markdown,
            (false, false) => Self::Table,
        }
    }
}

/// The date, the machine, and the head of a table.
pub(crate) fn heading() -> String {
    let date: String = SystemClock.now().to_string().chars().take(10).collect();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let model = model.unwrap_or("an unnamed processor");
    format!(
        "{date}, {cores} cores of {model}, {}\n\n\
         | what | measured | floor | ratio | bar | met |\n|---|---|---|---|---|---|",
        std::env::consts::OS
    )
}

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

    pub(crate) fn to_line(&self, form: Form) -> String {
        match form {
            Form::Table => self.to_string(),
            Form::Json => self.to_json(),
            Form::Markdown => self.to_row(),
        }
    }

    fn to_row(&self) -> String {
        let Self { name, value, unit, floor, bar, .. } = self;
        let met = if self.met { "yes" } else { "**no**" };
        format!(
            "| {name} | {value:.1} {unit} | {floor:.1} {unit} | {:.2} | {bar} | {met} |",
            self.ratio()
        )
    }

    fn to_json(&self) -> String {
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
