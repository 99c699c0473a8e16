//! `sternway init`: make a store.

use std::process::ExitCode;

use sternway::{Missing, api::StoreView};

use crate::{context::Context, error::CliError, place};

const EXAMPLES: &str = "\
Examples:
  sternway init                              in .sternway, here
  sternway init --store ~/agents             elsewhere
  sternway init --store postgres://db/agents in a database that many share
  sternway init --namespace team-a           with a namespace of that name";

/// Make a store, here or in the place that --store names. Does nothing if there is one.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {}

pub(crate) async fn run(context: &Context, _: Args) -> Result<ExitCode, CliError> {
    let found = place::here(context.place.as_ref());
    let created = context.is_missing(&found).await?;
    let store = found.shown();
    let sternway = context.open_at(found, Missing::Create).await?;
    context.finish(sternway, async |_| Ok(())).await?;
    let view = StoreView {
        store: store.clone(),
        namespace: context.namespace.clone(),
        created,
        dry_run: context.dry_run,
    };
    context.answer(&view, &store, |page| {
        let state = match (created, context.dry_run) {
            (true, true) => "would be made",
            (true, false) => "is ready",
            (false, _) => "is there already",
        };
        page.line(format_args!("the store {store} {state}"));
        page.next(&[
            "sternway publish prompts/hello hello.md -m \"first version\"".into(),
            "sternway demo".into(),
        ]);
    })?;
    Ok(ExitCode::SUCCESS)
}
