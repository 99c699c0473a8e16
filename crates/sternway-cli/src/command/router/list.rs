//! Lists the routers of the settings.

use std::process::ExitCode;

use sternway::api::{ListView, RouterView};

use super::{abilities, view};
use crate::{
    context::Context,
    error::CliError,
    format::visible,
    render::{page::Page, style},
};

pub(super) fn run(context: &Context) -> Result<ExitCode, CliError> {
    let routers = context.own_routers().map(|(name, setting)| view(context, name, setting));
    let list = ListView::whole(routers.collect::<Vec<_>>());
    context.answer_list(
        &list,
        |view| view.name.clone(),
        |page| {
            if list.items.is_empty() {
                page.hint(format_args!(
                    "no router is in the settings of the namespace {}: docs/routers.md, \"Name it\"",
                    context.namespace
                ));
            }
            list.items.iter().for_each(|router| line(router, page));
        },
    )?;
    Ok(ExitCode::SUCCESS)
}

/// A router in three lines.
pub(super) fn line(view: &RouterView, page: &mut Page) {
    let joined = |all: Vec<String>| all.join(", ");
    let artifacts = joined(view.artifacts.iter().map(ToString::to_string).collect());
    let environments = joined(view.environments.iter().map(ToString::to_string).collect());
    let (name, address) = (style::paint(style::NAME, &view.name), visible::line(&view.address));
    page.line(format_args!("{name}  HAProxy at {address} for {artifacts} in {environments}"));
    page.line(format_args!("  {}", abilities(&view.capabilities)));
    if !view.told {
        page.hint("  commands that --store leads elsewhere do not tell it");
    }
}
