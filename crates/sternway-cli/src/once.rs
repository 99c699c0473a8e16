//! Doing a command once, however often it is typed: who had no answer types it again.
//!
//! The key belongs to the command as it was typed: another one with the same key is another operation.
//! What a file holds by then does not count.

use std::process::ExitCode;

use sternway::{Missing, api::CommitView, types::ChangesetId};

use crate::{
    cli::Cli,
    context::Context,
    error::CliError,
    render::{event, style},
};

/// What the operation is called that a command with a key comes to; nothing without a key.
///
/// # Errors
///
/// [`CliError`] if the command comes to none, or to more than one.
pub(crate) fn id(cli: &Cli) -> Result<Option<ChangesetId>, CliError> {
    let Some(key) = &cli.globals.idempotency_key else { return Ok(None) };
    if !cli.command.is_one_operation() {
        let problem = "this command is no single operation that a key could be for";
        return Err(CliError::invalid(problem).with_help("leave --idempotency-key away"));
    }
    let (command, environment) = (&cli.command, &cli.globals.environment);
    Ok(Some(ChangesetId::from_name(&format!("once\0{key}\0{environment}\0{command:?}"))))
}

/// Says what was done, if it was.
///
/// # Errors
///
/// [`CliError`] if the store cannot be read.
pub(crate) async fn done(context: &Context) -> Result<Option<ExitCode>, CliError> {
    let Some(id) = context.once else { return Ok(None) };
    let found = context
        .with(Missing::Refuse, async |sternway| Ok(sternway.control().operation(id).await?))
        .await;
    let commit = match found {
        Ok(Some(commit)) => commit,
        // Where there is no store yet, nothing was done.
        Ok(None) | Err(CliError::NoStore { .. } | CliError::NoNamespace { .. }) => return Ok(None),
        Err(err) => return Err(err),
    };
    let view = CommitView::from(&commit);
    context.answer(&view, &commit.revision.to_string(), |page| {
        page.line(style::paint(style::NAME, "done before, and not again:"));
        event::write(&commit, page);
    })?;
    Ok(Some(ExitCode::SUCCESS))
}
