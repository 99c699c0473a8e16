//! `sternway diff`: what changed between two versions, or a version and a file.

mod side;
mod tree;

use std::process::ExitCode;

use clap::ArgGroup;
use serde_json::Value;
use sternway::{
    Missing,
    api::{DiffKind, DiffStatView, DiffView, ProblemCode},
    diff::{json::JsonDiff, text::TextDiff},
    types::ContentKind,
};

pub(super) use self::tree::stat as tree_stat;
use self::{
    side::Side,
    tree::{Files, Texts, TreeDiff},
};
use crate::{
    context::Context,
    error::CliError,
    format::{
        number::{bytes, counted, percent},
        visible,
    },
    input::folder::FolderArgs,
    render::{
        diff::{paths, side_by_side, words},
        page::Page,
        style,
        symbols::Symbols,
        tree as folder,
    },
};

const EXAMPLES: &str = "\
Examples:
  sternway diff prompts/greeting@v1 @v2
  sternway diff prompts/greeting ./greeting.md           what is live, and a file
  sternway diff tools/scraper ./scraper                  what is live, and a folder
  sternway diff prompts/greeting@previous --stat         with what is live
  sternway diff configs/bot@v1 @v2 --json-patch
  sternway diff prompts/greeting@v1 @v2 --unified > v2.patch

A path is taken as a file or folder when it begins with ./, ../ or /, or when no artifact is called that.
Changed words stand in [-brackets-] {+like these+} where there is no color; --unified leaves them
out, so that `patch` reads it. Of folders, it also names the files whose lines are not compared,
which `patch` passes over.";

/// Compare two versions, or a version and a file.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("how")
    .args(["unified", "side_by_side", "stat", "word", "json_patch"]))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct Args {
    /// The old version, or file, or folder.
    #[arg(value_name = "A")]
    from: String,

    /// The new version, file or folder; @vN is one of the same artifact. Default: what is live.
    #[arg(value_name = "B")]
    to: Option<String>,

    /// Exactly as `patch` reads it.
    #[arg(short = 'u', long)]
    unified: bool,

    /// The old one left, the new one right.
    #[arg(short = 'y', long)]
    side_by_side: bool,

    /// How many lines changed, and nothing else.
    #[arg(long)]
    stat: bool,

    /// Changed words within their lines.
    #[arg(short = 'w', long)]
    word: bool,

    /// What changed between two JSON documents, as a JSON Patch (RFC 6902).
    #[arg(long)]
    json_patch: bool,

    #[command(flatten)]
    folder: FolderArgs,

    /// End with 1 if they differ.
    #[arg(long)]
    exit_code: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let sides = context.with(Missing::Refuse, async |sternway| {
        let (from, to) =
            side::both(context, sternway, (&args.from, args.to.as_deref()), &args.folder).await?;
        let Some((old, new)) = from.content.as_tree().zip(to.content.as_tree()) else {
            return Ok((from, to, None));
        };
        let old_files = Files::of(sternway, from.folder.as_ref());
        let new_files = Files::of(sternway, to.folder.as_ref());
        let diff = tree::compare((&old, old_files), (&new, new_files)).await?;
        Ok((from, to, Some(diff)))
    });
    let (from, to, trees) = sides.await?;
    let view = compare(&from, &to, trees.as_ref());
    let exactly = args.unified && !context.console.is_seen();
    if let Some(unified) = view.unified.as_ref().filter(|_| exactly && context.output.is_page()) {
        // `patch` wants every byte, also those that would steer a terminal.
        context.console.print_bytes(unified.as_bytes())?;
    } else if args.json_patch && !context.output.is_json() {
        let patch = view.patch.as_ref().ok_or_else(|| not_json(&from, &to))?;
        context.console.print_json(patch)?;
    } else {
        let name = if view.identical { "same" } else { "different" };
        let texts = trees.map_or_else(Vec::new, |trees| trees.texts);
        context.answer(&view, name, |page| write(&args, (&from, &to), (&view, &texts), page))?;
    }
    let differs = args.exit_code && !view.identical;
    Ok(if differs { ExitCode::from(ProblemCode::Internal.exit_code()) } else { ExitCode::SUCCESS })
}

fn not_json(from: &Side, to: &Side) -> CliError {
    let other = if *from.content.kind() == ContentKind::Json { to } else { from };
    CliError::invalid(format!("{} is no JSON: a JSON Patch is made of two documents", other.name))
}

fn compare(from: &Side, to: &Side, trees: Option<&TreeDiff>) -> DiffView {
    let identical = from.content.as_bytes() == to.content.as_bytes();
    if let Some(trees) = trees {
        let unified = trees.view.paths.iter().map(tree::unified);
        return DiffView {
            from: from.view(),
            to: to.view(),
            identical,
            kind: DiffKind::Tree,
            stat: None,
            unified: Some(unified.collect()),
            tree: Some(trees.view.clone()),
            patch: patch(from, to),
        };
    }
    let diff = texts(from, to).map(|(old, new)| TextDiff::new(old, new));
    DiffView {
        from: from.view(),
        to: to.view(),
        identical,
        kind: if diff.is_some() { DiffKind::Text } else { DiffKind::Bytes },
        stat: diff.as_ref().map(stat),
        unified: diff
            .as_ref()
            .map(|diff| diff.unified().with_names(&from.name, &to.name).to_string()),
        tree: None,
        patch: patch(from, to),
    }
}

/// Both as texts, if both are. A folder and a file have no lines in common.
fn texts<'a>(from: &'a Side, to: &'a Side) -> Option<(&'a str, &'a str)> {
    let is_tree = [from, to].map(|side| *side.content.kind() == ContentKind::Tree);
    from.content.as_text().zip(to.content.as_text()).filter(|_| is_tree[0] == is_tree[1])
}

/// How many lines changed.
pub(super) fn stat(diff: &TextDiff<'_>) -> DiffStatView {
    let stat = diff.stat();
    DiffStatView {
        added: stat.added,
        removed: stat.removed,
        unchanged: stat.unchanged,
        similarity_ratio: stat.similarity(),
    }
}

/// How many lines changed, in words.
pub(super) fn in_words(stat: &DiffStatView, symbols: &Symbols) -> String {
    let lines = |lines: usize| lines as u64;
    match (stat.added, stat.removed) {
        (0, 0) => "no line changed".into(),
        (added, removed) if added == removed => {
            format!("{} changed", counted(lines(added), "line"))
        }
        (added, removed) => format!("+{added} {}{removed} lines", symbols.minus),
    }
}

fn patch(from: &Side, to: &Side) -> Option<Value> {
    let is_json =
        |side: &Side| matches!(side.content.kind(), ContentKind::Json | ContentKind::Tree);
    if !is_json(from) || from.content.kind() != to.content.kind() {
        return None;
    }
    let old: Value = serde_json::from_slice(from.content.as_bytes()).ok()?;
    let new: Value = serde_json::from_slice(to.content.as_bytes()).ok()?;
    Some(JsonDiff::new(&old, &new).to_patch())
}

fn write(
    args: &Args,
    (from, to): (&Side, &Side),
    (view, files): (&DiffView, &[Texts]),
    page: &mut Page,
) {
    if let Some(unified) = view.unified.as_ref().filter(|_| args.unified) {
        words::write_exactly(unified, page);
        return;
    }
    page.line(header(from, to, view, page.symbols()));
    if let Some(tree) = &view.tree {
        paths::write(tree, page);
    }
    if args.stat || view.identical {
        return;
    }
    for file in files {
        page.blank();
        page.line(style::paint(style::NAME, visible::line(&file.path)));
        write_lines(args, &TextDiff::new(&file.old, &file.new), page);
    }
    if view.tree.is_none()
        && let Some((old, new)) = texts(from, to)
    {
        write_lines(args, &TextDiff::new(old, new), page);
    }
}

fn write_lines(args: &Args, diff: &TextDiff<'_>, page: &mut Page) {
    if args.side_by_side {
        side_by_side::write(diff, page);
    } else if args.word {
        words::write_merged(diff, page);
    } else {
        words::write_marked(diff, page);
    }
}

fn header(from: &Side, to: &Side, view: &DiffView, symbols: &Symbols) -> String {
    let arrow = symbols.arrow;
    let names = match (&from.version, &to.version) {
        (Some(one), Some(other)) if one.artifact == other.artifact => {
            let artifact = style::paint(style::NAME, &one.artifact);
            format!("{artifact}  {} {arrow} {}", from.short, to.short)
        }
        _ => format!("{} {arrow} {}", from.long(), to.long()),
    };
    let changes = match (&view.stat, view.identical) {
        (_, true) => "the same".into(),
        (None, false) if view.tree.is_some() => {
            let stat = view.tree.as_ref().map(|tree| folder::stat(&tree.stat, symbols));
            stat.unwrap_or_default()
        }
        (Some(stat), false) => {
            let alike = percent(stat.similarity_ratio);
            let minus = symbols.minus;
            format!("+{} {minus}{} lines, {alike} alike", stat.added, stat.removed)
        }
        (None, false) => {
            let sizes = [from, to].map(|side| bytes(side.content.as_bytes().len() as u64));
            format!("bytes differ: {} {arrow} {}", sizes[0], sizes[1])
        }
    };
    format!("{names}    {}", style::paint(style::DIM, changes))
}
