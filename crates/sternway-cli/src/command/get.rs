//! `sternway get`: the content of a version, and nothing else.

use std::process::ExitCode;

use sternway::{
    Missing,
    types::{Content, Reference},
};

use crate::{context::Context, error::CliError, format::visible};

const EXAMPLES: &str = "\
Examples:
  sternway get prompts/greeting                      what is live
  sternway get prompts/greeting@v1 > greeting.md
  diff <(sternway get tools/search@previous) search.py

In a pipe or a file the bytes are exactly those that were published, whatever -o says. On a
terminal, control characters are shown as escapes.";

/// Print the content of a version to stdout, and nothing else.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which version; what is live if only the key is given.
    #[arg(value_name = "REF")]
    reference: Reference,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let content = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let version = control.resolve(&args.reference, &context.environment).await?;
        Ok(control.content(&version).await?)
    });
    let content = content.await?;
    if context.console.is_terminal() {
        context.console.print_bytes(shown(&content).as_bytes())?;
    } else {
        context.console.print_bytes(content.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What a terminal is shown: nothing that steers it, and a line end before the next prompt.
fn shown(content: &Content) -> String {
    let text = String::from_utf8_lossy(content.as_bytes());
    let mut text = visible::block(&text).into_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        let content = Content::bytes(bytes.to_vec(), "image/png".parse().unwrap()).unwrap();
        assert_eq!(shown(&content), expected);
    }

    #[test]
    fn a_terminal_is_not_steered() {
        check(b"\x1b]0;title\x07a\tb\n", "\\u{1b}]0;title\\u{7}a\tb\n");
        check(b"\x89PNG", "\u{fffd}PNG\n");
    }

    #[test]
    fn the_next_prompt_begins_a_line() {
        check(b"one", "one\n");
        check(b"one\n", "one\n");
    }
}
