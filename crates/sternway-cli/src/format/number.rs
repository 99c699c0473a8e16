//! Numbers as people read them: `31 002`, `97.2 %`, `64 MiB`.

use sternway::{policy::Short, types::Digest};

/// A count, in groups of three digits.
pub(crate) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count and its noun.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number))
}

/// A ratio in percent. What is not all is never shown as all, and what is not nothing never as
/// nothing.
pub(crate) fn percent(ratio: f64) -> String {
    let shown = (ratio * 1000.0).round() / 10.0;
    let shown = match ratio {
        _ if ratio < 1.0 && shown >= 100.0 => 99.9,
        _ if ratio > 0.0 && shown <= 0.0 => 0.1,
        _ => shown,
    };
    format!("{shown:.1} %")
}

/// What was measured, with at most four decimals; a very small number with three digits.
pub(crate) fn measured(number: f64) -> String {
    Short(number).to_string()
}

/// The same with its sign.
pub(crate) fn signed(number: f64) -> String {
    let sign = if number > 0.0 { "+" } else { "" };
    format!("{sign}{}", measured(number))
}

/// A number of bytes.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return counted(bytes, "byte");
    }
    #[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
    let mut size = bytes as f64 / 1024.0;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while size >= 1024.0 {
        let Some(next) = units.next() else { break };
        size /= 1024.0;
        unit = Some(next);
    }
    format!("{size:.1} {}", unit.unwrap_or(&""))
}

/// A digest, short enough to read and long enough to type.
pub(crate) fn digest(digest: &Digest) -> String {
    let hex = digest.to_hex();
    format!("sha256:{}", hex.get(..12).unwrap_or(&hex))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        assert_eq!(count(7), "7");
        assert_eq!(count(123), "123");
        assert_eq!(count(31_002), "31 002");
        assert_eq!(count(1_000_000), "1 000 000");
    }

    #[test]
    fn all_and_nothing_are_exact() {
        assert_eq!(percent(1.0), "100.0 %");
        assert_eq!(percent(0.9999), "99.9 %");
        assert_eq!(percent(0.972), "97.2 %");
        assert_eq!(percent(0.0001), "0.1 %");
        assert_eq!(percent(0.0), "0.0 %");
    }

    #[test]
    fn bytes_have_their_unit() {
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(1023), "1 023 bytes");
        assert_eq!(bytes(1024), "1.0 KiB");
        assert_eq!(bytes(64 * 1024 * 1024), "64.0 MiB");
    }

    #[test]
    fn a_short_digest_can_be_typed() {
        let short = digest(&Digest::of(b"Hello"));
        assert_eq!(short, "sha256:185f8db32271");
        assert!(short.parse::<sternway::types::DigestPrefix>().is_ok());
    }
}
