//! A withdrawal as the last field of an entry: `!1795190400000000!unfit!human:alice!it%20is%20red`.
//!
//! It is when, in microseconds, whether the candidates are condemned for it, who, and why. What is no letter, digit,
//! `.`, `_`, `-` or `:` is written as its bytes, so that it is one word of a command, and no field of another kind.

use std::fmt::Write as _;

use sternway_types::{Timestamp, Withdrawal};

/// What is before each part.
const MARK: char = '!';
const UNFIT: &str = "unfit";
const FIT: &str = "-";

pub(crate) fn written(Withdrawal { at, by, reason, unfit }: &Withdrawal) -> String {
    let unfit = if *unfit { UNFIT } else { FIT };
    let (by, reason) = (escaped(&by.to_string()), escaped(reason.as_str()));
    format!("!{}!{unfit}!{by}!{reason}", at.as_micros())
}

/// The withdrawal of a field; nothing if it is none.
pub(crate) fn read(field: &str) -> Option<Withdrawal> {
    let mut parts = field.strip_prefix(MARK)?.split(MARK);
    let at = Timestamp::from_micros(parts.next()?.parse().ok()?);
    let unfit = match parts.next()? {
        UNFIT => true,
        FIT => false,
        _ => return None,
    };
    let (by, reason) = (plain(parts.next()?)?.parse().ok()?, plain(parts.next()?)?);
    Withdrawal::new(at, by, &reason, unfit).ok()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(out, "%{byte:02x}");
        }
    }
    out
}

fn plain(escaped: &str) -> Option<String> {
    let mut parts = escaped.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_withdrawal_is_one_word_and_read_back(
            at in 0..i64::MAX / 2,
            name in "\\PC{1,40}",
            reason in "[^\\x00]{0,120}",
            unfit in any::<bool>(),
        ) {
            let Ok(by) = format!("human:{name}").parse() else { return Ok(()) };
            let taken = Withdrawal::new(Timestamp::from_micros(at), by, &reason, unfit).unwrap();
            let field = written(&taken);
            prop_assert!(!field.contains([' ', '|', '~', ';', '\\', '\n']), "{field}");
            prop_assert_eq!(read(&field), Some(taken));
        }

        #[test]
        fn any_text_is_a_withdrawal_or_none(text in "!?(5|x)?(!(-|unfit)?)?(!human:a)?(![%!\\PC]{0,9})?") {
            drop(read(&text));
        }
    }
}
