//! `sternway status --watch`: the same, again whenever something changed.
//!
//! A terminal is drawn anew, also when only the ages of things changed; anything else gets one block
//! per change. As with `sternway watch`, the store is not held between two looks.

use std::{process::ExitCode, time::Duration};

use sternway::{
    Missing,
    api::{ProblemCode, StatusView},
    types::{At, Revision},
};

use super::load;
use crate::{
    cli::Output,
    context::Context,
    error::CliError,
    open::pause,
    render::{overview, page::Page},
};

/// How long the store is left alone between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// What a command that Ctrl-C ended ends with.
const INTERRUPTED: u8 = 130;
/// Clears the screen and goes to its first row.
const CLEAR: &[u8] = b"\x1b[2J\x1b[H";

/// Shows what is there, and what becomes of it, until Ctrl-C.
///
/// # Errors
///
/// [`CliError`] if the store cannot be read.
pub(super) async fn run(context: &Context) -> Result<ExitCode, CliError> {
    tokio::select! {
        biased;
        ended = tokio::signal::ctrl_c() => {
            ended.map_err(CliError::Runtime)?;
            Ok(ExitCode::from(INTERRUPTED))
        }
        followed = follow(context) => followed,
    }
}

async fn follow(context: &Context) -> Result<ExitCode, CliError> {
    let (mut view, mut drawn) = (None::<StatusView>, String::new());
    loop {
        let seen = view.as_ref().map(|view| view.revision);
        let changed = look(context, seen).await?;
        let is_new = changed.is_some();
        view = changed.or(view);
        match &view {
            Some(view) if draws(context) => draw(context, view, &mut drawn)?,
            Some(view) if is_new => add(context, view, seen.is_some())?,
            Some(_) | None => (),
        }
        pause(PAUSE).await;
    }
}

/// What is there, if it is not at this revision any more. That another process holds the store for
/// long is no reason to end.
async fn look(context: &Context, seen: Option<Revision>) -> Result<Option<StatusView>, CliError> {
    let looked = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let head = control.store().head(control.namespace(), At::Head).await?;
        if seen.is_some() && head.map(|head| head.revision) == seen {
            return Ok(None);
        }
        load(context, sternway).await.map(Some)
    });
    match looked.await {
        Err(err) if err.code() == ProblemCode::StoreBusy => {
            context.console.note("another process holds the store: waiting for it");
            Ok(None)
        }
        looked => looked,
    }
}

/// Whether the screen is drawn anew.
fn draws(context: &Context) -> bool {
    context.output.is_page() && context.console.is_terminal()
}

fn draw(context: &Context, view: &StatusView, drawn: &mut String) -> Result<(), CliError> {
    let mut page = page(context, view);
    page.blank();
    page.hint("Ctrl-C ends this");
    if page.text() != drawn {
        page.text().clone_into(drawn);
        context.console.print_bytes(CLEAR)?;
        context.console.print(&page)?;
    }
    Ok(())
}

fn add(context: &Context, view: &StatusView, is_further: bool) -> Result<(), CliError> {
    match context.output {
        // A document that never ends would be of no use: both are one object per line.
        Output::Json | Output::Jsonl => context.console.print_json_line(view),
        Output::Name => context.answer(view, super::name(view), |_| ()),
        Output::Table => {
            if is_further {
                context.console.print_bytes(b"\n")?;
            }
            context.console.print(&page(context, view))
        }
    }
}

fn page(context: &Context, view: &StatusView) -> Page {
    let mut page = context.console.page();
    overview::write(view, context.now(), &mut page);
    page
}
