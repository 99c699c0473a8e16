//! `sternway help TOPIC`: what no single command explains.
//!
//! Each topic is a hidden command, so that help finds it by its name.

use std::process::ExitCode;

use crate::{context::Context, error::CliError};

macro_rules! topics {
    ($($name:ident: $file:literal,)*) => {
        $(
            /// One page, as it is in its file.
            #[derive(Debug, clap::Args)]
            #[command(help_template = "{about}", about = include_str!($file), long_about = None)]
            pub(crate) struct $name {}

        )*

        /// A page of help.
        #[derive(Debug, clap::Subcommand)]
        pub(crate) enum Topic {
            $(
                #[command(hide = true)]
                $name($name),
            )*
        }

        impl Topic {
            pub(crate) fn run(&self, context: &Context) -> Result<ExitCode, CliError> {
                match self {
                    $(Self::$name(_) => print(context, include_str!($file)),)*
                }
            }
        }
    };
}

topics! {
    Refs: "topic/refs.txt",
    Policies: "topic/policies.txt",
    ExitCodes: "topic/exit-codes.txt",
    Environment: "topic/environment.txt",
    Files: "topic/files.txt",
}

fn print(context: &Context, text: &str) -> Result<ExitCode, CliError> {
    let mut page = context.console.page();
    text.lines().for_each(|line| page.line(line));
    context.console.show(&page)?;
    Ok(ExitCode::SUCCESS)
}
