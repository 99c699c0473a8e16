//! `sternway guard`: publish, make live, look how it does, and take exactly that back if it fails.
//!
//! The store is not held while the command runs. Limits: a kill -9 meanwhile leaves the version live
//! and without a verdict.

use std::{ffi::OsString, io, process::ExitCode, time::Duration};

use sternway::{
    Missing,
    api::{GuardEndingView, GuardedView, LandingView, PublishedView},
    control::{
        guard::TakenBack,
        publish::{Activate, Published},
    },
    types::{Content, Reason, Subject},
};

use super::{
    exec::{
        Conclusion, Ended, Errand, Group, Interrupts, PrivateCopy, Stderr, Streams, Template,
        run_child,
    },
    publish,
};
use crate::{
    context::Context,
    error::CliError,
    format::{duration, visible},
    render::{page::Page, style},
};

const ABOUT: &str = "\
Save a new version, make it live, run a command, and take the version back if the command fails.

The content is written to a private folder, and {file} in the command is replaced by the path of \
its file, {dir} by that of the folder, {version} by the number. There is no shell in between. What the command prints goes to stderr. \
Exit status 0 keeps the version. Everything else takes it back: what was live before is live again, \
and the content is condemned, with what the command said last as the reason. So does an interrupt \
(Ctrl-C, SIGTERM), which is passed on, and --timeout. Whoever moves the pointer meanwhile, by hand or \
by policy, has decided: then nothing is taken back. The first version of an artifact has nothing to \
go back to: it stays live, condemned.";

const MORE: &str = "\
Exit status: 0 if it was kept, or nothing changed; 8 if it was taken back, or stays for want of a good \
version; 5 if somebody moved the pointer meanwhile; 6 if a check of the policy kept it from going live.

Examples:
  sternway guard prompts/greeting greeting.md -m \"friendlier\" -- ./smoke-test.sh {file}
  sternway guard tools/search search.py -e staging --timeout 2m -- pytest tests/search";

/// Save and make live, run a command, and take it back if that fails.
#[derive(Debug, clap::Args)]
#[command(long_about = ABOUT, after_help = MORE)]
#[group(skip)]
pub(crate) struct Args {
    #[command(flatten)]
    publish: publish::Args,

    /// End the command after this long, which is a failure. It is sent SIGTERM, and SIGKILL after 2
    /// more seconds; what it started itself is not.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,

    /// What to run. {file} is the path of the content, {dir} of its folder, {version} the number of
    /// the version.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// What the command came to.
struct Verdict {
    /// Its exit status, if it had one.
    status: Option<i32>,
    /// What it said, if it failed.
    failure: Option<String>,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let Some(template) = Template::new(args.command.clone()) else {
        return Err(CliError::invalid("the command is empty: name one after --"));
    };
    let mut wanted = args.publish.wanted(context)?;
    wanted.publish.activate = Activate::In(context.environment.clone());
    let content = wanted.publish.content.clone();
    let (published, view) = publish::save(context, &args.publish, wanted).await?;
    let mut view = GuardedView {
        live: view.live,
        published: view,
        ending: GuardEndingView::NothingToGuard,
        reason: None,
        exit_status: None,
        revision: None,
    };
    if let Some(subject) = published.subject().filter(|_| !context.dry_run) {
        let verdict = check(context, &template, args.timeout, &subject, &content).await;
        view.exit_status = verdict.status;
        view.ending = GuardEndingView::Kept;
        if let Some(said) = verdict.failure {
            take_back(context, &args, &subject, said, &mut view).await?;
        }
    }
    let name = format!("{}@{}", view.published.artifact, view.published.version);
    context.answer(&view, &name, |page| write(context, &args, &published, &view, page))?;
    Ok(ExitCode::from(code(&view)))
}

/// Runs the command.
async fn check(
    context: &Context,
    template: &Template,
    timeout: Option<Duration>,
    subject: &Subject,
    content: &Content,
) -> Verdict {
    let failed = |said: String| Verdict { status: None, failure: Some(said) };
    let copied = context.with(Missing::Refuse, async |sternway| {
        PrivateCopy::write(sternway.control(), &subject.artifact, content).await
    });
    let copy = match copied.await {
        Ok(copy) => copy,
        Err(err) => return failed(format!("the content cannot be written to a file: {err}")),
    };
    let mut interrupts = match Interrupts::listen() {
        Ok(interrupts) => interrupts,
        Err(err) => return failed(format!("signals cannot be listened to: {err}")),
    };
    let file = copy.place().file.as_ref().map(|file| ("STERNWAY_FILE", file.into()));
    let mut variables = vec![
        ("STERNWAY_ARTIFACT", subject.artifact.to_string().into()),
        ("STERNWAY_VERSION", subject.version.get().to_string().into()),
        ("STERNWAY_ENVIRONMENT", subject.environment.to_string().into()),
        ("STERNWAY_DIR", copy.place().dir.clone().into()),
    ];
    variables.extend(file);
    let mut streams = Streams::ours(Stderr::shown(false));
    // The answer alone goes to stdout.
    streams.stdout = io::stderr().into();
    let argv = template.fill(copy.place(), subject.version);
    let errand = Errand { argv, variables, timeout, streams, group: Group::Ours };
    match run_child(errand, &mut interrupts).await {
        Ok(ended) => Verdict { status: ended.status.code(), failure: failure(&ended) },
        Err(err) => failed(err.problem().to_string()),
    }
}

/// What a command said that did not succeed.
fn failure(ended: &Ended) -> Option<String> {
    match ended.conclusion() {
        Conclusion::Succeeded => None,
        Conclusion::Failed { class: Some(class), message } => Some(format!("{class}: {message}")),
        Conclusion::Failed { class: None, message } => Some(message),
        Conclusion::Unknown => Some("the check was interrupted".into()),
    }
}

/// Takes the version back, and says what came of it.
async fn take_back(
    context: &Context,
    args: &Args,
    subject: &Subject,
    said: String,
    view: &mut GuardedView,
) -> Result<(), CliError> {
    let mut said = said.replace('\0', "\u{fffd}");
    said.truncate(said.floor_char_boundary(Reason::LIMIT));
    let reason = Reason::new(said)?;
    let intent = args.publish.intent(context);
    let taken_back = context.with(Missing::Refuse, async |sternway| {
        Ok(sternway.control().take_back(subject, &reason, &intent).await?)
    });
    // Whatever keeps it from being taken back, it is live and should not be.
    let taken_back = taken_back.await.map_err(|err| {
        let flags = context.flags();
        err.with_help(format!("it is live: sternway{flags} rollback {}", subject.artifact))
    })?;
    view.reason = Some(reason.to_string());
    (view.ending, view.live, view.revision) = match taken_back {
        TakenBack::RolledBack { to, revision } => {
            (GuardEndingView::TakenBack, Some(to), Some(revision))
        }
        TakenBack::Halted { revision } => {
            (GuardEndingView::Halted, Some(subject.version), Some(revision))
        }
        TakenBack::Overtaken { live } => (GuardEndingView::Overtaken, live, None),
    };
    Ok(())
}

/// What the command ends with.
fn code(view: &GuardedView) -> u8 {
    match view.ending {
        GuardEndingView::TakenBack | GuardEndingView::Halted => 8,
        GuardEndingView::Overtaken => 5,
        GuardEndingView::NothingToGuard | GuardEndingView::Kept | _
            if view.published.landing == LandingView::Condemned =>
        {
            6
        }
        GuardEndingView::NothingToGuard | GuardEndingView::Kept | _ => 0,
    }
}

fn write(
    context: &Context,
    args: &Args,
    published: &Published,
    view: &GuardedView,
    page: &mut Page,
) {
    publish::show(context, &args.publish, published, &view.published, page);
    let PublishedView { artifact, version, .. } = &view.published;
    let symbols = page.symbols();
    if let Some(reason) = &view.reason {
        let status = view.exit_status.map(|status| format!(" (exit status {status})"));
        let failed = style::paint(style::BAD, "the command failed");
        let reason = visible::line(reason);
        page.line(format_args!("  {failed}{}: {reason}", status.unwrap_or_default()));
    }
    let live = view.live.map_or("nothing".into(), |live| live.to_string());
    match view.ending {
        GuardEndingView::Kept => {
            page.line(format_args!(
                "  {}",
                style::paint(style::GOOD, "kept: the command succeeded")
            ));
        }
        GuardEndingView::TakenBack => {
            let back = format!("taken back: {version} {} {live}, and condemned", symbols.arrow);
            page.line(format_args!("  {}", style::paint(style::GOOD, back)));
        }
        GuardEndingView::Halted => {
            let stays = "stays live, condemned: no good version is left to go back to";
            page.line(format_args!("  {}", style::paint(style::WAITING, stays)));
            page.next(&[format!("sternway{} publish {artifact} FILE --promote", context.flags())]);
        }
        GuardEndingView::Overtaken => {
            let overtaken = format!("not taken back: somebody made {live} live meanwhile");
            page.line(format_args!("  {}", style::paint(style::WAITING, overtaken)));
        }
        GuardEndingView::NothingToGuard | _ => {
            let why = if context.dry_run { "would be run then" } else { "was not run" };
            page.line(format_args!("  the command {why}"));
        }
    }
}
