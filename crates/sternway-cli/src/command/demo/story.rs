//! The story that the demo tells while it happens: numbered lines, with nothing in them but what was
//! counted and measured.

use std::{fmt::Display, time::Duration};

use serde_json::{Value, json};
use sternway::{
    control::{
        promote::Promoted,
        publish::{Landing, Published},
        record::Judged,
        rollback::Reaction,
    },
    diff::text::{Line, TextDiff},
    types::{NamespaceId, Tally},
};

use super::{
    site::Site,
    stage::{Run, Stage},
    tool,
};
use crate::{
    command::exec::rolled_back,
    context::Context,
    error::CliError,
    format::visible,
    render::{page::Page, style},
};

/// How often the good version runs.
const GOOD_RUNS: usize = 3;

/// How often the bad version runs at most. The default policy takes it back sooner.
const BAD_RUNS: usize = 10;

/// Tells the story, and collects its facts for programs.
#[derive(Debug)]
pub(super) struct Story<'a> {
    context: &'a Context,
    step: usize,
    runs: Vec<Value>,
}

/// Runs of one version.
struct Batch {
    runs: Vec<Run>,
    /// What they add up to, as the store counts.
    tally: Tally,
    /// Whether the last of them led to something.
    reacted: bool,
}

impl<'a> Story<'a> {
    /// A story that has not begun.
    pub(super) const fn new(context: &'a Context) -> Self {
        Self { context, step: 0, runs: Vec::new() }
    }

    /// Tells it all. The facts are nothing if it was interrupted.
    ///
    /// # Errors
    ///
    /// [`CliError`] if something does not work as the story says.
    pub(super) async fn tell(
        &mut self,
        site: &Site,
        stage: &mut Stage,
    ) -> Result<Option<Value>, CliError> {
        let namespace = stage.namespace().clone();
        self.head(site, &namespace)?;
        let first = stage.publish(tool::GOOD, "first version").await?;
        self.publication(&first, "first version")?;
        let Some(good) = self.batch(stage, GOOD_RUNS).await? else { return Ok(None) };
        self.batch_lines(&good, stage.command())?;

        let why = "rename an option";
        let second = stage.publish(&tool::bad(), why).await?;
        self.publication(&second, why)?;
        let promoted = stage.promote(second.number).await?;
        self.promotion(&promoted)?;
        let Some(bad) = self.batch(stage, BAD_RUNS).await? else { return Ok(None) };
        self.batch_lines(&bad, "the same command")?;
        let rollback = self.rollback(&bad)?;

        let Some(after) = self.batch(stage, 1).await? else { return Ok(None) };
        self.batch_lines(&after, "the same command")?;
        let scripts = (stage.script(first.number).await?, stage.script(second.number).await?);
        self.diff(&scripts.0, &scripts.1)?;
        let next = next(site, &site.flags(self.context, &namespace));
        self.next(&site.made(&namespace), &next)?;
        let runs = std::mem::take(&mut self.runs);
        Ok(Some(json!({
            "store": site.shown(), "namespace": namespace, "artifact": tool::ARTIFACT,
            "runs": runs, "rollback": rollback, "next": next,
        })))
    }

    fn head(&self, site: &Site, namespace: &NamespaceId) -> Result<(), CliError> {
        let version = env!("CARGO_PKG_VERSION");
        let store = site.shown();
        let more = match (site.is_shared(), site.is_again()) {
            (true, _) => format!(", namespace {namespace}"),
            (false, true) => ", made again".to_owned(),
            (false, false) => String::new(),
        };
        self.page(|page| {
            let title = style::paint(style::NAME, format_args!("Sternway {version}"));
            page.line(format_args!("{title}  demo store {store}{more}"));
            page.blank();
        })
    }

    fn publication(&mut self, published: &Published, why: &str) -> Result<(), CliError> {
        let landing = match &published.landing {
            Landing::Live(environment) => format!("live in {environment}"),
            Landing::Staged => "staged".to_owned(),
            Landing::Unchanged | Landing::Condemned(_) => "not live".to_owned(),
        };
        let (artifact, number) = (&published.artifact, published.number);
        let what = format!("{artifact} {number}   {:<20}{landing}", format!("\"{why}\""));
        self.step("published", what, |_| ())
    }

    fn promotion(&mut self, promoted: &Promoted) -> Result<(), CliError> {
        let Promoted { artifact, to, environment, .. } = promoted;
        self.step("promoted", format!("{artifact} {to}   {:<20}live in {environment}", ""), |_| ())
    }

    /// Runs what is live up to so many times, or until it is taken back. Nothing if interrupted.
    async fn batch(&mut self, stage: &mut Stage, most: usize) -> Result<Option<Batch>, CliError> {
        let mut batch = Batch { runs: Vec::new(), tally: Tally::default(), reacted: false };
        while batch.runs.len() < most && !batch.reacted {
            let Some(run) = stage.run().await? else { return Ok(None) };
            self.runs.push(run.fact());
            if let Some(judged) = &run.recorded.judged {
                batch.tally = judged.tally.clone();
            }
            let reacted = |judged: &Judged| judged.reaction.is_some();
            batch.reacted = run.recorded.judged.as_ref().is_some_and(reacted);
            batch.runs.push(run);
        }
        Ok(Some(batch))
    }

    fn batch_lines(&mut self, batch: &Batch, command: &str) -> Result<(), CliError> {
        let count = batch.runs.len();
        let runs = if count == 1 { "1 run".to_owned() } else { format!("{count} runs") };
        let version = batch.runs.first().map(|run| run.subject.version.to_string());
        let what = format!("of {}: {command}", version.unwrap_or_default());
        let Tally { succeeded, failed, .. } = batch.tally;
        let time = batch.runs.iter().map(|run| run.ended.took).sum::<Duration>();
        let time = time.as_secs_f64() * 1_000.0 / f64::from(u32::try_from(count).unwrap_or(1));
        let said = batch.runs.last().map(Run::said).unwrap_or_default();
        self.step(&runs, what, |page| {
            let dot = page.symbols().dot;
            let good = style::paint(style::GOOD, format_args!("{succeeded} ok"));
            let bad = style::paint(style::BAD, format_args!("{failed} failed"));
            let score = match (succeeded, failed) {
                (_, 0) => good,
                (0, _) => bad,
                _ => format!("{good}, {bad}"),
            };
            let each = if count == 1 { "" } else { " each" };
            page.line(format_args!("{INDENT}{score} {dot} {time:.1} ms{each}"));
            let bar = page.symbols().bar;
            let said = style::paint(style::DIM, visible::line(&said));
            page.line(format_args!("{INDENT}{bar} {said}"));
        })
    }

    fn rollback(&mut self, batch: &Batch) -> Result<Value, CliError> {
        let unexpected = || CliError::invalid("the bad version was not taken back");
        let recorded = batch.runs.last().map(|run| &run.recorded).ok_or_else(unexpected)?;
        let reaction = recorded.judged.as_ref().and_then(|judged| judged.reaction.as_ref());
        let Some(Reaction::RolledBack(rollback)) = reaction else { return Err(unexpected()) };
        let lines = rolled_back(self.context, recorded).ok_or_else(unexpected)?;
        lines.iter().try_for_each(|line| self.numbered(line))?;
        Ok(json!({
            "from": rollback.from, "to": rollback.to, "revision": rollback.revision,
            "ms": recorded.took.as_secs_f64() * 1_000.0,
        }))
    }

    fn diff(&self, old: &str, new: &str) -> Result<(), CliError> {
        let diff = TextDiff::new(old, new);
        self.page(|page| {
            let arrow = page.symbols().arrow;
            page.blank();
            page.line(format_args!("     diff v1 {arrow} v2"));
            for line in diff.lines() {
                let (sign, color) = match line {
                    Line::Removed { .. } => ("-", style::BAD),
                    Line::Added { .. } => ("+", style::GOOD),
                    Line::Unchanged { .. } => continue,
                };
                let text = visible::line(line.text().trim_end());
                page.line(format_args!("     {}", style::paint(color, format!("{sign} {text}"))));
            }
        })
    }

    fn next(&self, made: &str, commands: &[String]) -> Result<(), CliError> {
        self.page(|page| {
            page.blank();
            page.line(format_args!("Left behind: {made}"));
            page.blank();
            page.line(style::paint(style::NAME, "Try next"));
            commands.iter().for_each(|command| page.line(format_args!("  {command}")));
        })
    }

    fn step(
        &mut self,
        verb: &str,
        what: impl Display,
        more: impl FnOnce(&mut Page),
    ) -> Result<(), CliError> {
        let number = self.count();
        self.page(|page| {
            let verb = style::paint(style::NAME, format_args!("{verb:<11}"));
            page.line(format_args!("{number}{verb}{what}"));
            more(page);
        })
    }

    fn numbered(&mut self, line: &str) -> Result<(), CliError> {
        let number = self.count();
        self.page(|page| page.line(format_args!("{number}{line}")))
    }

    fn count(&mut self) -> String {
        self.step += 1;
        style::paint(style::DIM, format_args!("{:>3}  ", self.step))
    }

    /// Prints what a person reads at once. A program gets the facts at the end.
    fn page(&self, write: impl FnOnce(&mut Page)) -> Result<(), CliError> {
        if self.context.output.is_json() {
            return Ok(());
        }
        let mut page = self.context.console.page();
        write(&mut page);
        self.context.console.print(&page)
    }
}

/// Under the second word of a step.
const INDENT: &str = "                ";

fn next(site: &Site, flags: &str) -> Vec<String> {
    let (artifact, option, input) = (tool::ARTIFACT, tool::OPTION, site.typed_input());
    // What is tried begins a store of one's own, and does not go among what others share.
    let own = if site.is_shared() { flags } else { "" };
    vec![
        format!("sternway{flags} log {artifact}"),
        format!("sternway{flags} diff {artifact}@v1 {artifact}@v2"),
        format!("sternway{flags} exec {artifact} -- sh {{file}} {option} {input}"),
        format!("echo 'Hello, {{{{name}}}}!' | sternway{own} publish prompts/greeting -"),
    ]
}

impl Run {
    /// What the tool said last.
    fn said(&self) -> String {
        let stderr = String::from_utf8_lossy(&self.ended.stderr);
        let said = if self.printed.is_empty() { stderr.trim() } else { &self.printed };
        said.lines().last().unwrap_or_default().to_owned()
    }

    fn fact(&self) -> Value {
        let Self { subject, ended, .. } = self;
        json!({
            "version": subject.version,
            "exit_status": ended.status.code(),
            "said": self.said(),
            "ms": ended.took.as_secs_f64() * 1_000.0,
        })
    }
}
