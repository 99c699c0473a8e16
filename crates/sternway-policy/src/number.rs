//! Numbers as people read them.

use std::fmt;

/// A number with at most four decimals, or with three digits that say something.
#[derive(Clone, Copy, Debug)]
pub struct Short(pub f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let small = self.0 != 0.0 && self.0.abs() < 0.001;
        let text = if small { format!("{:.2e}", self.0) } else { format!("{:.4}", self.0) };
        let text = match text.split_once('.') {
            Some(_) if !small => text.trim_end_matches('0').trim_end_matches('.'),
            _ => text.as_str(),
        };
        f.pad(if text == "-0" { "0" } else { text })
    }
}

#[cfg(test)]
mod tests {
    use super::Short;

    #[test]
    fn a_number_is_as_long_as_it_must_be() {
        let shown = [0.0, -0.0, 1.0, 0.85, -0.15, 812.25, 0.333_333, 0.000_002_5, 1e9, -0.000_04];
        let shown = shown.map(|number| Short(number).to_string());
        let expected = [
            "0",
            "0",
            "1",
            "0.85",
            "-0.15",
            "812.25",
            "0.3333",
            "2.50e-6",
            "1000000000",
            "-4.00e-5",
        ];
        assert_eq!(shown, expected);
    }
}
