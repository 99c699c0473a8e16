//! What a file of outcomes led to, for programs and for people.

use std::process::ExitCode;

use sternway::{
    api::{BadLineView, ProblemCode, RecordedLinesView, SubjectRecordedView},
    control::record::Judged,
    policy::Standing,
    types::Verdict,
};

use super::{health, lines::Recorded, reaction, runs};
use crate::{
    context::Context,
    error::CliError,
    format::{
        number::{count, counted},
        visible,
    },
    render::{page::Page, style},
    view,
};

/// How many bad lines are shown to people.
const MAX_BAD: usize = 20;
/// How many subjects that are well are shown to people.
const MAX_WELL: usize = 20;

/// Answers, and ends as a file with bad lines does.
///
/// # Errors
///
/// [`CliError::Output`] if the answer cannot be written.
pub(super) fn answer(context: &Context, recorded: &Recorded) -> Result<ExitCode, CliError> {
    let view = RecordedLinesView {
        lines: recorded.lines,
        counted: recorded.counted,
        duplicates: recorded.duplicates,
        bad: recorded.bad.count,
        bad_lines: recorded.bad.named.clone(),
        subjects: recorded.subjects.iter().map(|(judged, _)| subject(context, judged)).collect(),
        dry_run: context.dry_run,
    };
    context.answer(&view, &view.counted.to_string(), |page| {
        write(context, &view, &recorded.subjects, page);
    })?;
    if view.bad == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(ProblemCode::Invalid.exit_code()))
}

fn subject(context: &Context, judged: &Judged) -> SubjectRecordedView {
    SubjectRecordedView {
        subject: (&judged.subject).into(),
        counted: judged.counted as u64,
        tally: (&judged.tally).into(),
        verdict: (&judged.verdict).into(),
        reaction: view::reaction(judged, context.dry_run),
    }
}

fn write(
    context: &Context,
    view: &RecordedLinesView,
    subjects: &[(Judged, Option<Vec<Standing>>)],
    page: &mut Page,
) {
    let recorded = if context.dry_run { "would be recorded" } else { "recorded" };
    let before = match view.duplicates {
        0 => String::new(),
        before => format!(", {} counted before", count(before)),
    };
    page.line(format_args!("{} {recorded}{before}", counted(view.counted, "outcome")));
    view.subjects.iter().for_each(|subject| regressed(context, subject, page));
    let is_well = |judged: &Judged| !matches!(judged.verdict, Verdict::Regressed(_));
    let well = subjects.iter().filter(|(judged, _)| is_well(judged));
    for (judged, standings) in well.clone().take(MAX_WELL) {
        let health = health(judged.subject.generation.get(), standings.as_deref());
        let runs = style::paint(style::DIM, runs(&(&judged.tally).into()));
        let (artifact, version) = (&judged.subject.artifact, judged.subject.version);
        let name = style::paint(style::NAME, artifact);
        page.line(format_args!("{name} {version}: {health}  {runs}"));
    }
    let more = well.count().saturating_sub(MAX_WELL) as u64;
    if more > 0 {
        page.line(format_args!("and {} more", counted(more, "subject")));
    }
    bad_lines(view, page);
}

/// Says so if a version regressed, and what that led to.
fn regressed(context: &Context, view: &SubjectRecordedView, page: &mut Page) {
    let Some(regression) = &view.verdict.regression else { return };
    let (artifact, version) = (&view.subject.artifact, view.subject.version);
    let name = style::paint(style::NAME, artifact);
    let regressed = style::paint(style::BAD, "regressed");
    let (description, runs) = (visible::line(&regression.description), runs(&view.tally));
    page.line(format_args!("{name} {version} {regressed}: {description}  ({runs})"));
    reaction(context, artifact, view.reaction.as_ref(), page);
}

fn bad_lines(view: &RecordedLinesView, page: &mut Page) {
    if view.bad == 0 {
        return;
    }
    let left_out = style::paint(style::BAD, "left out");
    page.line(format_args!("{} {left_out}:", counted(view.bad, "line")));
    for BadLineView { line, problem } in view.bad_lines.iter().take(MAX_BAD) {
        page.line(format_args!("  line {line}: {}", visible::line(problem)));
    }
    let more = view.bad.saturating_sub(MAX_BAD as u64);
    if more > 0 {
        page.line(format_args!("  and {} more", count(more)));
    }
}
