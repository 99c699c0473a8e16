//! `sternway verify`: is everything as it was written?

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use sternway::{
    api::{Problem, ProblemCode, ReportView},
    control::signed_head::{HeadVerifier, SignedHead, SignedHeadError},
    store::StoreError,
};

use crate::{
    context::Context,
    error::CliError,
    format::{number::counted, visible},
    render::{page::Page, style},
    view,
};

const EXAMPLES: &str = "\
Examples:
  sternway verify                            exit code 0: sound, 9: damaged
  sternway verify --json | jq .damages
  sternway verify --chain                    the history alone: a million revisions in a second or two
  sternway verify --head /mnt/witness/head --signer acme.example/prompts+1f2e…+AQ…
                                             also: was its end cut off, or an old copy put back?";

/// Check everything that is stored: the chain of revisions, every version, content and outcome.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Only the chain of revisions: that nothing of the history was changed, left out or cut off.
    #[arg(long)]
    chain: bool,

    /// A signed head that the store must still contain; see: sternway head.
    #[arg(long, value_name = "FILE", requires = "signer")]
    head: Option<PathBuf>,

    /// Who signed it: the key that `sternway head key` printed.
    #[arg(long, value_name = "KEY", requires = "head")]
    signer: Option<HeadVerifier>,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let head = match (&args.head, &args.signer) {
        (Some(file), Some(signer)) => Some(signed(file, signer)?),
        _ => None,
    };
    let report = context.look(async |store| {
        let mut report =
            if args.chain { store.verify_chain().await? } else { store.verify().await? };
        let Some(head) = &head else { return Ok((view::report(&report), None)) };
        let unknown = match head.missing_from(store.as_ref()).await {
            Ok(Some(lost)) => {
                report.note(format!("namespace {}", head.namespace), lost.to_string());
                None
            }
            Ok(None) => None,
            // Whether it once was there cannot be said any more, and is not taken for granted.
            Err(err @ StoreError::Compacted { .. }) => Some(err),
            Err(err) => return Err(err.into()),
        };
        Ok((view::report(&report), unknown))
    });
    let (report, unknown) = report.await?;
    let name = if report.sound { "sound" } else { "damaged" };
    let looked_at =
        if args.chain { counted(report.revisions, "revision") } else { looked_at(&report) };
    context.answer(&report, name, |page| write(&report, &looked_at, page))?;
    if let Some(unknown) = unknown.filter(|_| report.sound) {
        return Err(CliError::from(unknown)
            .with_help("this head is older than what is kept: sign a new one, see sternway head"));
    }
    let damaged = ExitCode::from(ProblemCode::IntegrityMismatch.exit_code());
    Ok(if report.sound { ExitCode::SUCCESS } else { damaged })
}

/// The head in a file, if this signer signed it.
fn signed(file: &Path, signer: &HeadVerifier) -> Result<SignedHead, CliError> {
    let note = fs::read_to_string(file).map_err(|err| CliError::file(file, err))?;
    signer.open(&note).map_err(|err| {
        let forged = matches!(err, SignedHeadError::Signature { .. });
        let code = if forged { ProblemCode::IntegrityMismatch } else { ProblemCode::Invalid };
        let detail = format!("{}: {err}", Context::shown(file));
        CliError::Problem(Box::new(Problem::new(code, detail)))
    })
}

/// What was looked at, in one line.
pub(super) fn looked_at(report: &ReportView) -> String {
    [
        counted(report.revisions, "revision"),
        counted(report.versions, "version"),
        counted(report.contents, "content"),
        counted(report.outcomes, "outcome"),
    ]
    .join(", ")
}

/// How far back it reaches.
fn write_floors(report: &ReportView, page: &mut Page) {
    for begins in &report.floors {
        let (name, floor) = (&begins.namespace, &begins.floor);
        page.line(format_args!(
            "  the chain of {name} is checked from revision {} on, of {}: what was before it was let \
             go",
            floor.revision, floor.at
        ));
    }
}

fn write(report: &ReportView, looked_at: &str, page: &mut Page) {
    if report.sound {
        let sound = style::paint(style::GOOD, "sound");
        page.line(format_args!("{sound}: {looked_at}"));
        write_floors(report, page);
        return;
    }
    let damages = counted(report.damaged, "damage");
    let damaged = style::paint(style::BAD, format_args!("{damages} found"));
    page.line(format_args!("{damaged} in {looked_at}"));
    let symbol = page.symbols().condemned;
    for damage in &report.damages {
        let (place, detail) = (visible::line(&damage.place), visible::line(&damage.detail));
        page.line(format_args!("  {} {place}: {detail}", style::paint(style::BAD, symbol)));
    }
    let unlisted = report.damaged.saturating_sub(report.damages.len() as u64);
    if unlisted > 0 {
        page.line(format_args!("  and {} more", counted(unlisted, "damage")));
    }
}
