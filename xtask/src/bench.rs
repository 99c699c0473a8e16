//! `cargo xtask bench`: the benchmarks that carry a bar.
//!
//! What they measure and how they print it is the bench binary's business; its output and its
//! status are passed through.

use clap::Args;

use crate::{error::Error, postgres::Database, workspace::Workspace};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only the bars whose name contains this.
    name: Option<String>,
    /// Print one JSON object per bar.
    #[arg(long)]
    json: bool,
    /// Print what docs/performance.md shows: the date, the machine, and a table.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    let database = Database::open(workspace)?;
    let ran = database.told_to(workspace.cargo(arguments(options))).run_bare();
    database.close()?;
    ran
}

fn arguments(options: &Options) -> Vec<&str> {
    let mut arguments = vec!["bench", "-q", "-p", "sternway-tests", "--bench", "bars", "--"];
    arguments.extend(options.name.as_deref());
    arguments.extend(options.json.then_some("--json"));
    arguments.extend(options.markdown.then_some("--markdown"));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_format_come_after_the_dashes() {
        let options = Options { name: Some("publish".to_owned()), json: true, markdown: false };
        let passed_on = arguments(&options);
        assert_eq!(passed_on[passed_on.len() - 3..], ["--", "publish", "--json"]);
    }

    #[test]
    fn without_options_every_bar_is_measured() {
        let options = Options { name: None, json: false, markdown: false };
        assert_eq!(arguments(&options).last(), Some(&"--"));
    }
}
