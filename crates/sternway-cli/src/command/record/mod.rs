//! `sternway record`: say how a run went, or how a file of runs went.

mod begin;
mod line_ids;
mod lines;
mod lines_page;
mod targets;

use std::{process::ExitCode, str::FromStr, time::Duration};

use clap::ArgGroup;
use sternway::{
    Missing, Outcome,
    api::{ReactionView, RecordedView, TallyView},
    control::record::Judged,
    policy::{Standing, nearest},
    types::{Answered, ArtifactId, Assigned, Reference, Timestamp},
};

use self::lines::BadLines;
use crate::{
    command::exec::withdrawn,
    context::Context,
    error::CliError,
    format::{
        duration,
        number::{counted, percent},
        visible,
    },
    input::source::Source,
    render::{page::Page, style},
    view,
};

const EXAMPLES: &str = "\
Examples:
  sternway record prompts/greeting@v2 --ok --ms 812
  sternway record tools/search --fail --error TypeError --message \"no argument q\" --ms 90
  sternway record prompts/greeting@v2 --fail --id run-4711      counted once, however often it is sent
  sternway record tools/search --unknown --trace 4bf92f3577b34da6
  sternway record tools/search@v3 --ok --beside failure        a copy, beside what answered
  sternway record tools/search --begin --id run-4711 --deadline 5m     it failed unless its end is recorded
  sternway record --from runs.jsonl             a file of runs, one JSON object per line
  zcat runs.gz | sternway record prompts/greeting@v2 --from - --skip-bad

A version that regresses by it is taken back before the command ends. `sternway check` has an exit
code for the verdict; this command ends with 0 once the run is recorded.

A line of a file holds \"ok\": true or false (or \"status\": \"succeeded\", \"failed\" or \"unknown\"), and
may hold \"artifact\", \"version\", \"environment\", \"error\": {\"class\", \"message\"}, \"duration_ms\",
\"cost\", \"scores\", \"trace_id\", \"beside\", \"assigned\", \"at\" and \"id\". What a line does not name is as in REF and --env; a
line that names an artifact and no version is about what is live.

A file that is recorded again counts once. A line is told from others by its \"id\"; without one, by
its text and by how often the same text came before it in the file, so that lines may move, and by
the version that REF names. Two files that hold the same text without ids are taken for the same runs
otherwise: give such lines an \"id\" or an \"at\".

If a line is bad, nothing is recorded and the command ends with 2; with --skip-bad the others are
recorded, the bad ones are named, and it ends with 2 all the same. Standard input is read to its end
first, into a temporary file.";

/// Say how a run of a version went. A version that regresses by it is taken back.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("end").required(true).args(["ok", "fail", "unknown", "begin", "from"]))]
pub(crate) struct Args {
    /// Which version ran; what is live if only the key is given. With --from, it is what lines are
    /// about that name no artifact.
    #[arg(value_name = "REF", required_unless_present = "from")]
    reference: Option<Reference>,

    #[command(flatten)]
    end: End,

    #[command(flatten)]
    begin: Begin,

    /// Take runs from a file, one JSON object per line; `-` for standard input.
    #[arg(long, value_name = "FILE|-")]
    #[arg(conflicts_with_all = ["class", "message", "ms", "cost", "trace", "id", "at", "beside", "assigned"])]
    from: Option<Source>,

    /// Leave bad lines out, and record the others.
    #[arg(long, conflicts_with_all = ["ok", "fail", "unknown"])]
    skip_bad: bool,

    /// The class of the error, such as `TypeError`.
    #[arg(long = "error", value_name = "CLASS", conflicts_with_all = ["ok", "unknown"])]
    class: Option<String>,

    /// What the program said when it failed.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["ok", "unknown"])]
    message: Option<String>,

    /// How long it took, in milliseconds.
    #[arg(long, value_name = "N", value_parser = milliseconds)]
    ms: Option<Duration>,

    /// What it cost, in your own unit.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    cost: Option<f64>,

    /// The trace id to find it by elsewhere.
    #[arg(long, value_name = "ID")]
    trace: Option<String>,

    /// A name for this run: recorded twice under one name for one key and environment, it counts
    /// once. A run that was begun under it ends, and is of the version that was live then.
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// It is of a copy of a run that the live version answered, and that one ended so: a candidate whose
    /// every run says it is compared run by run.
    #[arg(long, value_name = "success|failure", value_parser = Answered::from_str)]
    beside: Option<Answered>,

    /// How it came to its version while a deployment shared the runs out, as `resolve` says it: `chance`, or the
    /// bucket of its key. Of runs of one key one failure counts against a candidate, and not each.
    #[arg(long, value_name = "chance|BUCKET")]
    assigned: Option<Assigned>,

    /// When it ended, if not now: 2026-11-20T16:00:00Z.
    #[arg(long, value_name = "TIME")]
    ended_at: Option<Timestamp>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, clap::Args)]
struct End {
    /// It went well.
    #[arg(long)]
    ok: bool,

    /// It failed.
    #[arg(long)]
    fail: bool,

    /// Nobody knows how it ended: it is counted, and no rule looks at it.
    #[arg(long)]
    unknown: bool,
}

/// That it begins.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Begin {
    /// It begins now: if nobody records under its --id by its deadline how it ended, it failed.
    #[arg(long)]
    #[arg(conflicts_with_all = ["class", "message", "ms", "cost", "trace", "ended_at", "beside"])]
    begin: bool,

    /// How long it may take, such as 90s or 2h, until it counts as failed: a second to a day. Default: the
    /// `outcome_deadline` of the policy, or three times what 99 of 100 runs of the last good version took, 30s
    /// at least and 5m at most.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    #[arg(conflicts_with_all = ["ok", "fail", "unknown", "from"])]
    deadline: Option<Duration>,
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    Duration::try_from_secs_f64(number / 1e3).map_err(|err| err.to_string())
}

impl Args {
    fn outcome(&self) -> Outcome {
        let mut outcome = match (self.end.ok, self.end.fail) {
            (true, _) => Outcome::ok(),
            (false, true) => Outcome::failed(self.message.as_deref().unwrap_or_default()),
            (false, false) => Outcome::unknown(),
        };
        if let Some(class) = &self.class {
            outcome = outcome.class(class.as_str());
        }
        if let Some(took) = self.ms {
            outcome = outcome.took(took);
        }
        if let Some(cost) = self.cost {
            outcome = outcome.cost(cost);
        }
        if let Some(trace) = &self.trace {
            outcome = outcome.trace(trace.as_str());
        }
        if let Some(id) = &self.id {
            outcome = outcome.named(id.as_str());
        }
        if let Some(answered) = self.beside {
            outcome = outcome.beside(answered);
        }
        if let Some(assigned) = self.assigned {
            outcome = outcome.assigned(assigned);
        }
        if let Some(at) = self.ended_at {
            outcome = outcome.at(at);
        }
        outcome
    }
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let reference = args.reference.as_ref();
    match (&args.from, reference) {
        (Some(from), _) => {
            let bad_lines = if args.skip_bad { BadLines::Skip } else { BadLines::Refuse };
            let recorded = lines::run(context, from, reference, bad_lines).await?;
            lines_page::answer(context, &recorded)
        }
        (None, Some(reference)) if args.begin.begin => begin::run(context, &args, reference).await,
        (None, Some(reference)) => run_one(context, &args, reference).await,
        (None, None) => Err(CliError::invalid("name what ran, or give a file with --from")),
    }
}

async fn run_one(
    context: &Context,
    args: &Args,
    reference: &Reference,
) -> Result<ExitCode, CliError> {
    let environment = &context.environment;
    let answer = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let subject = begin::subject_of(control, args, reference, environment).await?;
        let (id, now) = (control.ids().outcome(), control.now());
        let outcome = args.outcome().into_record(subject.clone(), id, now)?;
        let id = outcome.id;
        let recorded = control.record(vec![outcome]).await?;
        let judged = recorded.judged.into_iter().next();
        if let Some(judged) = &judged {
            withdrawn(control, judged).await?;
        }
        let standings = match &judged {
            Some(judged) => control.standings(&subject, &judged.tally).await?,
            None => None,
        };
        Ok((view::recorded(id, &subject, judged.as_ref(), context.dry_run), judged, standings))
    });
    let (view, judged, standings) = answer.await?;
    context.answer(&view, &view.outcome.to_string(), |page| {
        write(context, &view, judged.as_ref(), standings.as_deref(), page);
    })?;
    Ok(ExitCode::SUCCESS)
}

fn write(
    context: &Context,
    view: &RecordedView,
    judged: Option<&Judged>,
    standings: Option<&[Standing]>,
    page: &mut Page,
) {
    let subject = &view.subject;
    let name = format!("{} {}", style::paint(style::NAME, &subject.artifact), subject.version);
    let recorded = if context.dry_run { "would be recorded" } else { "recorded" };
    if judged.is_none() {
        page.line(format_args!("{name} unchanged: this run was recorded before"));
        return;
    }
    let runs = runs(&view.tally.unwrap_or_default());
    let Some(regression) = &view.verdict.regression else {
        let health = health(subject.generation.get(), standings);
        let runs = style::paint(style::DIM, format_args!("{runs}"));
        page.line(format_args!("{recorded}. Tier check: {health}  {name}, {runs}"));
        return;
    };
    let regressed = style::paint(style::BAD, "regressed");
    let description = visible::line(&regression.description);
    page.line(format_args!("{recorded}. {name} {regressed}: {description}  ({runs})"));
    reaction(context, &subject.artifact, view.reaction.as_ref(), page);
}

/// How many runs there were, and how many of them went well.
fn runs(tally: &TallyView) -> String {
    let success = tally.success_ratio.map(|ratio| format!(", {} success", percent(ratio)));
    format!("{}{}", counted(tally.total, "run"), success.unwrap_or_default())
}

/// What the verdict comes to, when it is not that the version regressed.
fn health(generation: u64, standings: Option<&[Standing]>) -> String {
    if generation == 0 {
        return "not judged, since it was never live".into();
    }
    let Some(standings) = standings else { return "not judged, since the policy is off".into() };
    let healthy = style::paint(style::GOOD, "healthy");
    nearest(standings)
        .map_or_else(|| healthy.clone(), |standing| format!("{healthy} ({})", standing.found))
}

fn reaction(
    context: &Context,
    artifact: &ArtifactId,
    reaction: Option<&ReactionView>,
    page: &mut Page,
) {
    let (symbols, flags) = (page.symbols(), context.flags());
    match reaction {
        Some(ReactionView::RolledBack(back)) => {
            let (from, to, arrow) = (back.from, back.to, symbols.arrow);
            let would = context.would();
            let live = style::paint(style::GOOD, format_args!("live in {}", back.environment));
            page.line(format_args!("  {would}rolled back: {from} {arrow} {to}  {live}"));
        }
        Some(ReactionView::Halted) => {
            still_live("no good version is left", artifact, &flags, page);
        }
        Some(ReactionView::OverBudget) => {
            still_live("the policy's rollbacks are used up for now", artifact, &flags, page);
        }
        Some(ReactionView::Paused { deployment }) => {
            let would = context.would();
            let waits = style::paint(style::WAITING, "its deployment goes no further");
            page.line(format_args!("  {would}paused: {waits}. A person decides."));
            page.next(&[format!("sternway{flags} deploy status {deployment}")]);
        }
        Some(ReactionView::Notified) => page.line("  still live: the policy only says so"),
        Some(ReactionView::Shadowed) => page.line("  still live: the policy is on trial"),
        Some(ReactionView::Withdrawn { deployment }) => {
            let would = context.would();
            let gone = style::paint(style::GOOD, "what is live has its runs again");
            page.line(format_args!("  {would}taken back: {gone}"));
            page.next(&[format!("sternway{flags} deploy status {deployment}")]);
        }
        Some(_) => page.line("  nothing was done: it is no longer live, or was dealt with before"),
        None => (),
    }
}

/// It stays live, and nothing else will be done.
fn still_live(why: &str, artifact: &ArtifactId, flags: &str, page: &mut Page) {
    let halted = style::paint(style::BAD, format_args!("still live: {why}"));
    page.line(format_args!("  {} {halted}. A person must act.", page.symbols().warning));
    page.next(&[format!("sternway{flags} log {artifact}")]);
}
