//! The words that are typed: flags that every command takes.

use std::{num::NonZeroU16, path::PathBuf, time::Duration};

use clap::{Args, Parser, ValueEnum, builder::FalseyValueParser};
use sternway::types::{Actor, EnvironmentId, NamespaceId};

use crate::{
    command::Command,
    error::CliError,
    format::duration,
    input::moment::Moment,
    place::Place,
    settings::{
        Settings,
        key::{Key, one_of, switch},
    },
};

const EXAMPLES: &str = "\
Examples:
  sternway demo                                     see a bad version go back by itself
  sternway publish prompts/greeting greeting.md     save a version; the first one goes live
  sternway promote prompts/greeting@v2              make a version live
  sternway rollback prompts/greeting                make the last good version live again
  sternway get prompts/greeting                     what is live, to stdout

A version is named KEY[@SELECTOR]: prompts/greeting, prompts/greeting@v3, @latest, @previous,
@live~2, a label, sha256:41b7a0, or a time such as 2026-11-20T16:00:00Z.
More: sternway help refs, policies, exit-codes, environment, or files.";

/// Version what AI agents change while they run, and take bad versions back.
#[derive(Debug, Parser)]
#[command(name = "sternway", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(disable_help_subcommand = false, propagate_version = false)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct Globals {
    /// Work in this folder, as if the command was typed there.
    #[arg(short = 'C', long, global = true, value_name = "DIR", env = "STERNWAY_DIRECTORY")]
    pub(crate) directory: Option<PathBuf>,

    /// The store: a folder, redb:PATH, or `postgres://HOST/DATABASE`. Default: `.sternway`, here or
    /// in a folder above.
    #[arg(long, global = true, value_name = "DIR|URL", env = "STERNWAY_STORE")]
    pub(crate) store: Option<Place>,

    /// The namespace to work in.
    #[arg(long, global = true, value_name = "NAME", env = "STERNWAY_NAMESPACE")]
    #[arg(default_value = "default")]
    pub(crate) namespace: NamespaceId,

    /// The environment to work in.
    #[arg(short, long = "env", global = true, value_name = "NAME", env = "STERNWAY_ENVIRONMENT")]
    #[arg(default_value = "production")]
    pub(crate) environment: EnvironmentId,

    /// How to print: for people, as one JSON document, as JSON lines, or names only.
    #[arg(short, long, global = true, value_name = "FORMAT", env = "STERNWAY_OUTPUT")]
    #[arg(value_enum, default_value_t)]
    output: Output,

    /// The same as `-o json`.
    #[arg(long, global = true)]
    json: bool,

    /// Print the answer and nothing else.
    #[arg(short, long, global = true, env = "STERNWAY_QUIET")]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) quiet: bool,

    /// When to use colors. Goes before `NO_COLOR` and `CLICOLOR_FORCE`.
    #[arg(long, global = true, value_name = "WHEN", env = "STERNWAY_COLOR")]
    #[arg(value_enum, default_value_t)]
    pub(crate) color: Color,

    /// Print at once what is longer than the screen, and start no pager.
    #[arg(long, global = true, env = "STERNWAY_NO_PAGER")]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) no_pager: bool,

    /// Say what would happen, and write nothing.
    #[arg(long, global = true, env = "STERNWAY_DRY_RUN")]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) dry_run: bool,

    /// Look at everything as it was: after a revision or an operation, or at a time.
    #[arg(long, global = true, value_name = "REVISION|TIME", env = "STERNWAY_AT")]
    pub(crate) at: Option<Moment>,

    /// Who is acting: alice, agent:planner-7, system:ci. Default: human:$USER.
    #[arg(long, global = true, value_name = "NAME", env = "STERNWAY_ACTOR")]
    pub(crate) actor: Option<Actor>,

    /// Do it once: the same command with the same key is not done again, and says what was done.
    #[arg(long, global = true, value_name = "KEY")]
    #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) idempotency_key: Option<String>,

    /// How long to wait while another process holds the store.
    #[arg(long, global = true, value_name = "DURATION", env = "STERNWAY_LOCK_TIMEOUT")]
    #[arg(default_value = "5s", value_parser = duration::parse)]
    pub(crate) lock_timeout: Duration,

    /// How many sessions a store in a database has at most.
    #[arg(long, global = true, value_name = "N", env = "STERNWAY_POOL_SIZE")]
    #[arg(default_value = "10")]
    pub(crate) pool_size: NonZeroU16,
}

impl Globals {
    /// Takes from the settings what was not typed.
    ///
    /// # Errors
    ///
    /// [`CliError::Problem`] if a value makes no sense.
    pub(crate) fn settle(&mut self, settings: &Settings) -> Result<(), CliError> {
        fn take<T>(flag: &mut T, found: Option<T>) {
            if let Some(found) = found {
                *flag = found;
            }
        }
        let actor = settings.further(Key::Actor, str::parse)?;
        self.actor = actor.or_else(|| self.actor.take());
        let store = settings.further(Key::StoreUrl, str::parse)?;
        self.store = store.or_else(|| self.store.take());
        take(&mut self.environment, settings.further(Key::Environment, str::parse)?);
        take(&mut self.namespace, settings.further(Key::Namespace, str::parse)?);
        take(&mut self.lock_timeout, settings.further(Key::LockTimeout, duration::parse)?);
        take(&mut self.pool_size, settings.further(Key::PoolSize, str::parse)?);
        take(&mut self.color, settings.further(Key::Color, one_of)?);
        take(&mut self.output, settings.further(Key::Output, one_of)?);
        take(&mut self.quiet, settings.further(Key::Quiet, switch)?);
        Ok(())
    }

    /// How to print.
    pub(crate) const fn output(&self) -> Output {
        if self.json { Output::Json } else { self.output }
    }
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    #[default]
    Table,
    Json,
    Jsonl,
    Name,
}

impl Output {
    /// Whether people read it.
    pub(crate) const fn is_page(self) -> bool {
        matches!(self, Self::Table)
    }

    /// Whether a program reads it.
    pub(crate) const fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }
}

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}
