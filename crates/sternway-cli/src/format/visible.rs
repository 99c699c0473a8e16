//! Texts of others on a terminal: what would steer it, or hide, is shown instead.
//!
//! A stored reason or message may hold escape sequences that recolor, retitle or rewrite the
//! screen, and marks that turn the reading direction around (CVE-2021-42574).

use std::{borrow::Cow, fmt::Write};

/// A text as one line: line ends and tabs are shown too.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// A text of several lines: line ends and tabs stay.
pub(crate) fn block(text: &str) -> Cow<'_, str> {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

fn escaped(text: &str, keeps: fn(char) -> bool) -> Cow<'_, str> {
    let shown = |c: char| keeps(c) || !is_hidden(c);
    if text.chars().all(shown) {
        return Cow::Borrowed(text);
    }
    let mut visible = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            _ if shown(c) => visible.push(c),
            '\n' => visible.push_str("\\n"),
            '\t' => visible.push_str("\\t"),
            '\r' => visible.push_str("\\r"),
            _ => write!(visible, "\\u{{{:x}}}", u32::from(c)).unwrap_or_default(),
        }
    }
    Cow::Owned(visible)
}

/// Control characters, marks of direction, and what has no width.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_is_shown_and_not_obeyed() {
        assert_eq!(line("\u{1b}[31mred\u{7}"), "\\u{1b}[31mred\\u{7}");
        assert_eq!(block("\u{9b}2J"), "\\u{9b}2J");
    }

    #[test]
    fn the_direction_of_reading_stays() {
        assert_eq!(line("if \u{202e}admin\u{2066}"), "if \\u{202e}admin\\u{2066}");
        assert_eq!(line("pass\u{200b}word"), "pass\\u{200b}word");
    }

    #[test]
    fn lines_end_in_a_block_only() {
        assert_eq!(line("a\n\tb\r\n"), "a\\n\\tb\\r\\n");
        assert_eq!(block("a\n\tb\r\n"), "a\n\tb\\r\n");
    }

    #[test]
    fn other_letters_stay() {
        let text = "Grüße, 世界 🎉 שלום";
        assert!(matches!(line(text), Cow::Borrowed(same) if same == text));
    }
}
