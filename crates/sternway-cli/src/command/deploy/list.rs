//! Lists deployments.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::{DeploymentView, ListView},
    store::Limit,
};

use super::show::{line, placed};
use crate::{context::Context, error::CliError};

/// List deployments: those under way and those that wait for their turn, or all.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Also those that are over.
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let found = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let environment = &context.environment;
        let mut found = Vec::new();
        if args.all {
            let mut after = None;
            loop {
                let page = control.deployments(environment, after, Limit::MAX).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.id);
                found.extend(page.iter().map(DeploymentView::from));
            }
        } else {
            let mut on_their_way = control.deployments_under_way().await?;
            on_their_way.extend(control.deployments_queued().await?);
            on_their_way.retain(|(place, _)| place == environment);
            for (place, id) in on_their_way {
                let known = |it: &DeploymentView| it.id == id;
                if !found.iter().any(known) {
                    let deployment = control.deployment(&place, id).await?.deployment;
                    found.push(placed(control, &deployment).await?);
                }
            }
        }
        Ok(found)
    });
    let list = ListView::whole(found.await?);
    context.answer_list(
        &list,
        |view| view.id.to_string(),
        |page| {
            if list.items.is_empty() {
                page.hint(format_args!("nothing is being deployed in {}", context.environment));
            }
            for view in &list.items {
                page.line(line(view, page));
                page.hint(format_args!("  deployment {}", view.id));
            }
        },
    )?;
    Ok(ExitCode::SUCCESS)
}
