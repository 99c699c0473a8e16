//! Messages in a chat, by an incoming webhook as Slack has it, and others after it.

use serde_json::json;
use sternway_provider::{Notice, NotifyError};
use sternway_types::{ChannelParts, SecretRef};

use crate::{
    http::{Post, target},
    secret, template,
};

/// The longest section, in characters: Slack takes 3,000.
const MAX_SECTION: usize = 2_900;
/// The longest message, in characters: near 13,200 Slack refuses all of it, and does not say where.
const MAX_MESSAGE: usize = 10_000;

/// The request for an event. The address is a secret: who has it can write into the chat.
pub(crate) fn request(
    parts: &ChannelParts,
    url: &SecretRef,
    notice: &Notice,
) -> Result<Post, NotifyError> {
    let text = match &parts.template {
        Some(source) => template::render(source, notice, escape)?,
        None => format!("{}\n{}", escape(&notice.summary), template::details(notice, escape)?),
    };
    let target = target(&secret(url)?, parts.reach)?;
    let body = message(&escape(&notice.summary), &text).to_string();
    Ok(Post { target, content_type: "application/json; charset=UTF-8", headers: Vec::new(), body })
}

/// A message: sections, and one line for where they cannot be shown.
fn message(summary: &str, text: &str) -> serde_json::Value {
    let text = cut(text, MAX_MESSAGE);
    let sections = sections(&text);
    let blocks: Vec<_> = sections
        .iter()
        .map(|text| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } }))
        .collect();
    json!({ "text": cut(summary, MAX_SECTION), "blocks": blocks })
}

/// A text in pieces that are short enough, cut where a line ends if one does.
fn sections(text: &str) -> Vec<String> {
    let (mut sections, mut rest) = (Vec::new(), text);
    while !rest.trim().is_empty() {
        let end = rest.char_indices().nth(MAX_SECTION).map_or(rest.len(), |(end, _)| end);
        let (piece, _) = rest.split_at(end);
        let line = piece.rfind('\n').filter(|line| end < rest.len() && *line > 0);
        let (piece, after) = rest.split_at(line.unwrap_or(end));
        if !piece.trim().is_empty() {
            sections.push(piece.to_owned());
        }
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    sections
}

fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let cut: String = text.chars().take(longest.saturating_sub(1)).collect();
    cut + "…"
}

/// What is somebody's words is shown as words, and mentions nobody.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_message_is_never_longer_than_is_taken(part in "[aé<\n ]{1,40}", times in 0..400_usize) {
            let text = part.repeat(times);
            let message = message("in short", &text);
            let blocks = message["blocks"].as_array().unwrap();
            let lengths: Vec<_> = blocks
                .iter()
                .map(|block| block["text"]["text"].as_str().unwrap().chars().count())
                .collect();
            prop_assert!(lengths.iter().all(|length| (1..=MAX_SECTION).contains(length)));
            prop_assert!(lengths.iter().sum::<usize>() <= MAX_MESSAGE);
            prop_assert!(lengths.len() <= 50);
        }

        #[test]
        fn nothing_is_lost_of_a_text_that_fits(part in "[ab\n]{1,40}", times in 0..200_usize) {
            let text = part.repeat(times);
            let told: String = sections(&text).concat();
            prop_assert_eq!(told.replace('\n', ""), text.replace('\n', ""));
        }
    }
}
