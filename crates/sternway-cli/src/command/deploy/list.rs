//! Lists deployments.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::{DeploymentView, ListView},
    store::Limit,
};

use super::show::line;
use crate::{context::Context, error::CliError};

/// List deployments: those under way, or all.
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
                found.extend(page);
            }
        } else {
            for (place, id) in control.deployments_under_way().await? {
                if place == *environment {
                    found.push(control.deployment(&place, id).await?.deployment);
                }
            }
        }
        Ok(found)
    });
    let list = ListView::whole(found.await?.iter().map(DeploymentView::from).collect());
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
