//! `sternway completion`: a script by which a shell completes what is typed.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{cli::Cli, context::Context, error::CliError};

const EXAMPLES: &str = "\
Examples:
  sternway completion bash > ~/.local/share/bash-completion/completions/sternway
  sternway completion zsh > ~/.zfunc/_sternway
  sternway completion fish > ~/.config/fish/completions/sternway.fish
  sternway completion powershell >> $PROFILE

Commands, flags and their fixed values are completed. Names of artifacts are not: that would open
the store at every key.";

/// Print a script by which a shell completes commands and flags.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "sternway", &mut script);
    // A shell reads it, whatever -o says.
    context.console.print_bytes(&script)?;
    Ok(ExitCode::SUCCESS)
}
