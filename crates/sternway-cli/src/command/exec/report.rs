//! What is said about a run on stderr, beside what the command says itself: nothing, unless its
//! version went back, a person must act, or the run could not be recorded.

use sternway::{
    control::rollback::{Reaction, RolledBack},
    types::{Regression, Subject, Verdict},
};

use super::{
    attempt::{Attempt, Recorded},
    ending::Conclusion,
};
use crate::{
    context::Context,
    error::CliError,
    format::{shell::quoted, visible},
    render::style,
};

/// Says what came of a run.
pub(crate) fn say(context: &Context, attempt: &Attempt) {
    match &attempt.recorded {
        Ok(recorded) => {
            if recorded.judged.is_none() {
                context.console.note(&format!(
                    "this run of {} does not count: one named {} was recorded before",
                    name(&attempt.subject),
                    visible::line(&attempt.name)
                ));
            }
            if let Some([verdict, back]) = rolled_back(context, recorded) {
                // A note is dim, and this is not.
                context.console.note(&format!("{}{verdict}\n{back}", anstyle::Reset));
            }
            if let Some(regression) = &recorded.halted {
                context.console.complain(&halted(context, &attempt.subject, regression));
            }
        }
        Err(err) => context.console.complain(&not_recorded(context, attempt, err)),
    }
    if let Some(why) = &attempt.not_copied {
        let why = visible::line(why);
        context.console.note(&format!("the candidate has no copy of this run: {why}"));
    }
}

/// The verdict, and what it led to, if recording took the version back.
pub(crate) fn rolled_back(context: &Context, recorded: &Recorded) -> Option<[String; 2]> {
    let judged = recorded.judged.as_ref()?;
    let Verdict::Regressed(regression) = &judged.verdict else { return None };
    let Reaction::RolledBack(RolledBack { to, revision, .. }) = judged.reaction.as_ref()? else {
        return None;
    };
    let ascii = context.console.page().symbols().arrow.is_ascii();
    let symbol = if ascii { "<-" } else { "↩" };
    let back = style::paint(style::GOOD, format_args!("{symbol} rolled back to {to}"));
    let time = recorded.took.as_secs_f64() * 1_000.0;
    let done = format!("{back} in {time:.1} ms (revision {revision})");
    Some([verdict(context, &judged.subject, regression), done])
}

fn verdict(context: &Context, subject: &Subject, regression: &Regression) -> String {
    let symbol = context.console.page().symbols().condemned;
    let evidence = &regression.evidence;
    let (failed, all) = (evidence.failed, evidence.failed + evidence.succeeded);
    let found = style::paint(style::BAD, format_args!("{symbol} {} regressed", name(subject)));
    format!("{found}: {regression} ({failed} of {all} runs failed)")
}

/// What happened, and what a person can do about it: nothing else will be done.
fn halted(context: &Context, subject: &Subject, regression: &Regression) -> String {
    let symbol = context.console.page().symbols().warning;
    let Subject { artifact, version, .. } = subject;
    let stays = format!("{symbol} {version} stays live: no good version is left to go back to");
    let (verdict, flags) = (verdict(context, subject, regression), context.flags());
    let stays = style::paint(style::WAITING, stays);
    format!(
        "{verdict}\n{stays}. A person must act:\n  \
         sternway{flags} log {artifact}\n  \
         sternway{flags} publish {artifact} FILE --promote"
    )
}

fn name(subject: &Subject) -> String {
    format!("{} {}", subject.artifact, subject.version)
}

/// What was lost, why, and how to make up for it.
fn not_recorded(context: &Context, attempt: &Attempt, err: &CliError) -> String {
    let warning = style::paint(style::WAITING, "warning:");
    let why = err.chain().join(": ");
    let why = visible::block(&why);
    let lost = format!("{warning} this run of {} was not recorded: {why}", name(&attempt.subject));
    format!("{lost}\nrecord it by hand, it counts once:\n  {}", by_hand(context, attempt))
}

fn by_hand(context: &Context, attempt: &Attempt) -> String {
    let Attempt { subject, ended, name, at, trace, .. } = attempt;
    let conclusion = match ended.conclusion() {
        Conclusion::Succeeded => "--ok".to_owned(),
        Conclusion::Unknown => "--unknown".to_owned(),
        Conclusion::Failed { class, message } => {
            let class = class.map(|class| format!(" --error {class}")).unwrap_or_default();
            let message = quoted(visible::line(&message).as_ref().as_ref());
            format!("--fail{class} --message={message}")
        }
    };
    let reference = format!("{}@{}", subject.artifact, subject.version);
    let name = quoted(name.as_ref());
    let trace = trace.as_ref().map(|trace| format!(" --trace={}", quoted(trace.as_ref())));
    format!(
        "sternway{} record {reference} {conclusion} --ms {} --ended-at {at} --id={name}{}",
        context.flags(),
        ended.took.as_millis(),
        trace.unwrap_or_default(),
    )
}
