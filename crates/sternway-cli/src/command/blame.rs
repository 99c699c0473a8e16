//! `sternway blame`: which version wrote each line or leaf, who, when and why.

use std::{num::NonZeroUsize, ops::RangeInclusive, process::ExitCode, str::FromStr};

use sternway::{
    Missing,
    api::{BlameKind, BlameView, WrittenView},
    control::blame::{Blame, BlameError, Part, Written, WrittenLeaf, WrittenLine},
    diff::text::LineNumber,
    types::{ContentKind, Reference, TreePath},
};

use crate::{context::Context, error::CliError, render::blame};

const EXAMPLES: &str = "\
Examples:
  sternway blame prompts/greeting               what is live
  sternway blame prompts/greeting@latest -L 10,20
  sternway blame configs/bot@v7                 leaf by leaf, since it is JSON
  sternway blame tools/scraper                  path by path, since it is a folder
  sternway blame tools/scraper --path main.py   one of its files, line by line
  sternway blame configs/bot --json | jq -r '.written[] | \"\\(.version) \\(.pointer)\"'

A version is followed back along what it was made from (first parents). A line that moved counts as
written where it is now, and so does one that was taken away and came back.";

/// Show which version wrote each line of a text, or each leaf of a JSON document.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which version; what is live if only the key is given.
    #[arg(value_name = "REF")]
    reference: Reference,

    /// Only these lines: A,B, or A, for all from there on.
    #[arg(short = 'L', long, value_name = "A,B")]
    lines: Option<Lines>,

    /// The lines of this file, in a version that is a folder.
    #[arg(long, value_name = "FILE")]
    path: Option<TreePath>,
}

/// Lines of a text, as they are typed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lines(RangeInclusive<LineNumber>);

/// Why a text names no lines.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected A,B with 1 <= A <= B, such as 10,20, or 10, for all lines from there on")]
struct LinesError;

impl FromStr for Lines {
    type Err = LinesError;

    fn from_str(text: &str) -> Result<Self, LinesError> {
        let line = |text: &str| text.trim().parse().map(LineNumber::new).map_err(|_| LinesError);
        let (first, last) = match text.split_once(',') {
            Some((first, "")) => (line(first)?, LineNumber::new(NonZeroUsize::MAX)),
            Some((first, last)) => (line(first)?, line(last)?),
            None => (line(text)?, line(text)?),
        };
        if first <= last { Ok(Self(first..=last)) } else { Err(LinesError) }
    }
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let part = args.lines.map_or(Part::Whole, |Lines(lines)| Part::Lines(lines));
    let blamed = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let version = control.resolve(&args.reference, &context.environment).await?;
        let blamed = match &args.path {
            Some(path) => control.blame_file(version, path, &part).await,
            None => control.blame(version, &part).await,
        };
        blamed.map_err(refused)
    });
    let view = view(blamed.await?);
    let name = format!("{}@{}", view.artifact, view.version);
    context.answer(&view, &name, |page| blame::write(&view, context.now(), page))?;
    Ok(ExitCode::SUCCESS)
}

fn refused(err: BlameError) -> CliError {
    let detail = err.to_string();
    match err {
        BlameError::Control(err) => err.into(),
        BlameError::Opaque { artifact, .. } => {
            CliError::invalid(detail).with_help(format!("sternway log {artifact}"))
        }
        BlameError::NoLines { artifact, version, kind } => {
            let path = if kind == ContentKind::Tree { " --path FILE -L A,B" } else { "" };
            let help = format!("sternway blame {artifact}@{version}{path}");
            CliError::invalid(detail).with_help(help)
        }
        BlameError::Beyond { .. } | _ => CliError::invalid(detail),
    }
}

fn view(blame: Blame) -> BlameView {
    let (kind, written) = match blame.written {
        Written::Lines(lines) => (BlameKind::Lines, lines.into_iter().map(line).collect()),
        Written::Leaves(leaves) => (BlameKind::Leaves, leaves.into_iter().map(leaf).collect()),
    };
    BlameView {
        artifact: blame.version.artifact,
        version: blame.version.number,
        kind,
        written,
        versions: blame.versions.iter().map(|version| version.as_ref().into()).collect(),
    }
}

fn line(written: WrittenLine) -> WrittenView {
    let WrittenLine { line, text, version } = written;
    let text = text.strip_suffix('\n').unwrap_or(&text).to_owned();
    WrittenView::Line { version, line: line.value(), text }
}

fn leaf(written: WrittenLeaf) -> WrittenView {
    let WrittenLeaf { pointer, value, version } = written;
    WrittenView::Leaf { version, pointer: pointer.to_string(), value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(usize, usize)>) {
        let lines = text.parse::<Lines>().ok();
        let lines = lines.map(|Lines(lines)| (lines.start().value(), lines.end().value()));
        assert_eq!(lines, expected, "{text}");
    }

    #[test]
    fn lines_are_named_from_one_to_another() {
        check("10,20", Some((10, 20)));
        check("7,7", Some((7, 7)));
        check("7", Some((7, 7)));
        check("3,", Some((3, usize::MAX)));
    }

    #[test]
    fn what_names_no_lines_is_refused() {
        for text in ["", ",", "0,1", "2,1", "a,b", "1,2,3", "-1,2", ",5"] {
            check(text, None);
        }
    }
}
