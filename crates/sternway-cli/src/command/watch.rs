//! `sternway watch`: what happens, as it happens.
//!
//! A store's file is used by one process at a time, so it is not held in between: it is opened,
//! read and closed, twice a second. A database is held, and says when there is more.

use std::{process::ExitCode, time::Duration};

use sternway::{
    Missing, Sternway,
    api::{CommitView, ProblemCode},
    store::{Limit, StoreError},
    types::{Applied, ArtifactId, At, Commit, Record, Revision},
};

use crate::{
    cli::Output,
    context::Context,
    error::CliError,
    open::pause,
    place::{self, Found},
    render::event,
};

/// How long the store is left alone between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// What a command that Ctrl-C ended ends with.
const INTERRUPTED: u8 = 130;

const EXAMPLES: &str = "\
Examples:
  sternway watch                             from now on, until Ctrl-C
  sternway watch prompts/greeting --after 17 from revision 18 on
  sternway watch --once -o jsonl             everything so far, one JSON object per line";

/// Follow what happens, one line per change. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Only what is about this artifact.
    #[arg(value_name = "KEY")]
    artifact: Option<ArtifactId>,

    /// Begin after this revision. Default: the newest one; with --once, the beginning.
    #[arg(long, value_name = "REV")]
    after: Option<u64>,

    /// Print what is there, and end.
    #[arg(long)]
    once: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let wanted =
        |commit: &Commit| args.artifact.as_ref().is_none_or(|artifact| is_about(commit, artifact));
    let print = async |commit: &Commit| {
        if wanted(commit) { print(context, commit) } else { Ok(()) }
    };
    until_ctrl_c(Box::pin(follow(context, &args, print))).await
}

/// Prints what comes after a revision as `print` does, one commit after the other, until Ctrl-C.
///
/// # Errors
///
/// [`CliError`] if the store cannot be read, or the answer cannot be written.
pub(super) async fn on(
    context: &Context,
    after: Revision,
    print: impl AsyncFn(&Commit) -> Result<(), CliError>,
) -> Result<ExitCode, CliError> {
    let args = Args { artifact: None, after: Some(after.get()), once: false };
    until_ctrl_c(Box::pin(follow(context, &args, print))).await
}

async fn until_ctrl_c(
    followed: impl Future<Output = Result<ExitCode, CliError>>,
) -> Result<ExitCode, CliError> {
    tokio::select! {
        biased;
        ended = tokio::signal::ctrl_c() => {
            ended.map_err(CliError::Runtime)?;
            Ok(ExitCode::from(INTERRUPTED))
        }
        followed = followed => followed,
    }
}

async fn follow(
    context: &Context,
    args: &Args,
    print: impl AsyncFn(&Commit) -> Result<(), CliError>,
) -> Result<ExitCode, CliError> {
    let newest = newest(context).await?;
    let mut after = match (args.after, args.once) {
        (Some(after), _) => Revision::new(after),
        (None, true) => Revision::ZERO,
        (None, false) => newest,
    };
    if args.after.is_none()
        && args.once
        && let Some(begin) = floor(context).await?
    {
        after = Revision::new(begin.get().saturating_sub(1));
        context.console.note(&format!("what was before revision {begin} was let go"));
    }
    let source = Source::of(context).await?;
    let mut begun = false;
    if after > newest {
        return Err(StoreError::NotYet { asked: after, newest }.into());
    }
    if !args.once {
        context.console.note(&format!("following what happens after revision {after}"));
    }
    loop {
        let page = match source.page(context, after).await {
            // Somebody let go of it between two looks. What was live then is not shown, and that is
            // said; but that nothing is left to begin with is for who asked.
            Err(err) if begun && err.code() == ProblemCode::Compacted => {
                let Some(begin) = floor(context).await? else { return Err(err) };
                let seen = after;
                after = Revision::new(begin.get().saturating_sub(1));
                context.console.complain(&format!(
                    "what was between revisions {seen} and {begin} was let go: see sternway status"
                ));
                continue;
            }
            page => page?,
        };
        begun = true;
        for commit in &page {
            after = commit.revision;
            print(commit).await?;
        }
        if page.len() == Limit::MAX.get() {
            continue;
        }
        if args.once {
            return Ok(ExitCode::SUCCESS);
        }
        source.rest(after).await;
    }
}

/// Where commits come from.
enum Source {
    /// A file, which others need meanwhile: it is opened for each look.
    File,
    /// A database, which many have open at once.
    Database(Sternway),
}

impl Source {
    async fn of(context: &Context) -> Result<Self, CliError> {
        match place::find(context.place.as_ref()) {
            Found::File(_) | Found::Nothing(_) => Ok(Self::File),
            Found::Database(_) => context.open(Missing::Refuse).await.map(Self::Database),
        }
    }

    /// The commits after a revision. Who cannot reach a database for a while catches up.
    async fn page(&self, context: &Context, after: Revision) -> Result<Vec<Commit>, CliError> {
        let Self::Database(sternway) = self else { return look(context, after).await };
        let control = sternway.control();
        let mut is_said = false;
        loop {
            match control.store().feed(control.namespace(), after, Limit::MAX).await {
                Err(StoreError::Unavailable(cause)) => {
                    if !is_said {
                        let what = "the database cannot be reached: waiting for it";
                        context.console.note(&format!("{what} ({cause})"));
                    }
                    is_said = true;
                    pause(PAUSE).await;
                }
                page => return Ok(page?),
            }
        }
    }

    /// Waits until there may be more.
    async fn rest(&self, after: Revision) {
        match self {
            Self::File => pause(PAUSE).await,
            Self::Database(sternway) => {
                let control = sternway.control();
                // Who cannot wait looks again, and is told why.
                if control.store().wait(control.namespace(), after).await.is_err() {
                    pause(PAUSE).await;
                }
            }
        }
    }
}

async fn newest(context: &Context) -> Result<Revision, CliError> {
    let head = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        Ok(control.store().head(control.namespace(), At::Head).await?)
    });
    Ok(head.await?.map_or(Revision::ZERO, |head| head.revision))
}

/// The oldest revision, if what was before it was let go.
async fn floor(context: &Context) -> Result<Option<Revision>, CliError> {
    let floor =
        context.with(Missing::Refuse, async |sternway| Ok(sternway.control().floor().await?));
    Ok(floor.await?.map(|floor| floor.revision))
}

/// The commits after a revision. That another process holds the store for long is no reason to end.
async fn look(context: &Context, after: Revision) -> Result<Vec<Commit>, CliError> {
    loop {
        let looked = context.with(Missing::Refuse, async |sternway| {
            let control = sternway.control();
            Ok(control.store().feed(control.namespace(), after, Limit::MAX).await?)
        });
        match looked.await {
            Err(err) if err.code() == ProblemCode::StoreBusy => {
                context.console.note("another process holds the store: waiting for it");
            }
            looked => return looked,
        }
    }
}

fn is_about(commit: &Commit, artifact: &ArtifactId) -> bool {
    commit.applied.iter().any(|applied| match applied {
        Applied::NamespaceCreated => false,
        Applied::VersionAdded(version) => version.artifact == *artifact,
        Applied::PointerMoved(moved) => moved.artifact == *artifact,
        Applied::RecordChanged(change) => {
            let record = change.after.as_ref().or(change.before.as_ref());
            record.is_some_and(|record| is_of(record, artifact))
        }
    })
}

fn is_of(record: &Record, artifact: &ArtifactId) -> bool {
    use sternway::types::PolicyScope;
    match record {
        Record::Namespace(_)
        | Record::Environment(_)
        | Record::Channel(_)
        | Record::Outbox(_)
        | Record::Point(_) => false,
        Record::Policy(policy) => {
            matches!(&policy.scope, PolicyScope::Artifact(of) if of == artifact)
        }
        Record::Condemnation(condemnation) => condemnation.artifact == *artifact,
        Record::Attestation(attestation) => attestation.artifact == *artifact,
        Record::Latch(latch) => latch.artifact == *artifact,
        Record::Baseline(baseline) => baseline.artifact == *artifact,
        Record::Deployment(it) => it.members.iter().any(|member| member.artifact == *artifact),
        Record::Route(route) => route.artifact() == artifact,
    }
}

/// One commit as it is followed.
pub(super) fn print(context: &Context, commit: &Commit) -> Result<(), CliError> {
    match context.output {
        // A document that never ends would be of no use: both are one object per line.
        Output::Json | Output::Jsonl => context.console.print_json_line(&CommitView::from(commit)),
        Output::Name => {
            let mut page = context.console.page();
            page.line(commit.revision);
            context.console.print(&page)
        }
        Output::Table => {
            let mut page = context.console.page();
            event::write(commit, &mut page);
            context.console.print(&page)
        }
    }
}
