//! `sternway help exit-codes`: what the exit codes mean.

use std::process::ExitCode;

use crate::{context::Context, error::CliError};

const TABLE: &str = "\
What the exit codes of sternway mean:

    0  done, or nothing was to be done
    1  failed for another reason; with `diff --exit-code`: they differ
    2  wrong usage, or a file or content that is not taken
    3  not found: no such store, namespace, artifact, version, environment or label
    4  not allowed
    5  conflict: somebody was faster; expected and found are printed
    6  refused by policy: the content is condemned, or no good version is left
    7  still running when the time was over
    8  verdict: the version regressed, or would be rolled back
    9  integrity: what is stored is not what was written
   10  the store cannot be used now: held by another process, full, or out of reach
  130  ended by Ctrl-C; what was begun is left consistent

`exec` ends with the exit code of the command that it ran: see `sternway help exec`. With -o json a
failure leaves stdout empty and writes a problem document (RFC 9457) to stderr, whose member `code`
tells failures apart more finely than the exit code does.";

/// What the exit codes mean.
#[derive(Debug, clap::Args)]
#[command(help_template = "{about}\n", about = TABLE, long_about = None)]
pub(crate) struct Args {}

pub(crate) fn run(context: &Context, _: Args) -> Result<ExitCode, CliError> {
    let mut page = context.console.page();
    page.line(TABLE);
    context.console.print(&page)?;
    Ok(ExitCode::SUCCESS)
}
