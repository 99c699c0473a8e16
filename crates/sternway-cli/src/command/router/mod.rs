//! `sternway router`: what shares requests out, what it can do, and whether it does what the store wants.

mod list;
mod show;
mod withdraw;

use std::process::ExitCode;

use clap::Subcommand;
use sternway::{
    api::{CapabilitiesView, RouterView},
    provider::Capabilities,
};

use crate::{context::Context, error::CliError, place, settings::routers::RouterSetting};

const EXAMPLES: &str = "\
Examples:
  sternway router list                       the routers of the settings, and what each can do
  sternway router show edge                  what it does, and what the store wants of it
  sternway router withdraw edge -m WHY       no requests for candidates, while the store is away

A router is named in the settings: docs/routers.md, or sternway settings list. Nothing is changed by looking;
sternway supervise has routers do what the store wants. Exit code 10: it did not answer.";

/// See what shares requests out, and whether it does so as the store wants.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the routers of the settings, and what each can do. None is asked anything.
    List,
    /// Ask a router what it does, and compare that with what the store wants.
    Show(show::Args),
    /// Take the requests from candidates at a router, without the store.
    Withdraw(withdraw::Args),
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    match args.command {
        Command::List => list::run(context),
        Command::Show(args) => show::run(context, args).await,
        Command::Withdraw(args) => withdraw::run(context, args).await,
    }
}

fn view(context: &Context, name: &str, setting: &RouterSetting) -> RouterView {
    RouterView {
        name: name.to_owned(),
        kind: "haproxy",
        address: setting.address.to_string(),
        artifacts: setting.artifacts.clone(),
        environments: setting.environments.clone(),
        namespace: setting.namespace.clone(),
        origin: setting.origin.to_string(),
        told: context.is_routed(&place::find(context.place.as_ref())),
        capabilities: capabilities(setting.router().capabilities()),
    }
}

const fn capabilities(able: Capabilities) -> CapabilitiesView {
    let Capabilities { grain, random_per_request, sticky, arms, shadows, header, .. } = able;
    let survives_restart = able.survives_restart;
    CapabilitiesView { grain, random_per_request, sticky, arms, shadows, header, survives_restart }
}

/// What a router can do, in words. What it cannot is said as well: that is what plans are refused for.
fn abilities(able: &CapabilitiesView) -> String {
    let share = f64::from(able.grain) / 100.0;
    let yes_or_no = |can, yes: &'static str, no: &'static str| if can { yes } else { no };
    let words = [
        format!("shares of {share} % among {} versions", able.arms),
        yes_or_no(able.random_per_request, "by chance", "in turns").to_owned(),
        yes_or_no(able.sticky, "keys keep their version", "keys do not keep a version").to_owned(),
        yes_or_no(able.shadows, "copies requests", "copies no requests").to_owned(),
        yes_or_no(able.header, "goes by headers", "goes by no headers").to_owned(),
        yes_or_no(
            able.survives_restart,
            "keeps its routes",
            "forgets its routes when it is started again",
        )
        .to_owned(),
    ];
    words.join(", ")
}
