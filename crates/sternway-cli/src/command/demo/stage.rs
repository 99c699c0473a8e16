//! What the demo does: the same as anybody who types `publish`, `promote` and `exec`.

use std::{io::Read, process::Stdio};

use sternway::{
    Missing,
    control::{promote::Promoted, publish::Published},
    types::{EnvironmentId, NamespaceId, Subject, VersionNumber},
};

use super::{site::Site, tool};
use crate::{
    command::exec::{
        Attempt, AttemptError, Ended, Interrupts, Order, Recorded, Stderr, Streams, Template,
    },
    context::Context,
    error::CliError,
};

/// A namespace of the demo's own, and the one command that is run on it.
#[derive(Debug)]
pub(super) struct Stage {
    context: Context,
    order: Order,
    command: String,
    interrupts: Interrupts,
}

/// A run, and what it printed.
#[derive(Debug)]
pub(super) struct Run {
    /// What ran.
    pub(super) subject: Subject,
    /// How it ended.
    pub(super) ended: Ended,
    /// What recording it led to.
    pub(super) recorded: Recorded,
    /// What the tool printed.
    pub(super) printed: String,
}

impl Stage {
    /// Sets up an empty namespace: the only one of a store, or one of a store that others share.
    ///
    /// # Errors
    ///
    /// [`CliError`] if the site cannot be made.
    pub(super) async fn set(context: &Context, site: &Site) -> Result<Self, CliError> {
        let mut settings = context.settings.clone();
        // A story that is told shares nobody's requests out.
        settings.routers.clear();
        let context = Context {
            once: None,
            directory: None,
            place: Some(site.place()),
            namespace: context.namespace.clone(),
            environment: EnvironmentId::production(),
            actor: context.actor.clone(),
            output: context.output,
            dry_run: false,
            at: None,
            lock_timeout: context.lock_timeout,
            pool_size: context.pool_size,
            settings,
            driver: context.driver,
            console: context.console.clone(),
        };
        let namespace = site.make(&context).await?;
        let context = context.within(namespace);
        let input = site.input();
        let words = ["sh".into(), "{file}".into(), tool::OPTION.into(), input.clone().into()];
        let template = Template::new(words.into());
        let template = template.ok_or_else(|| CliError::invalid("there is no command"))?;
        let artifact = tool::ARTIFACT.parse()?;
        let command = format!("sh {{file}} {} {}", tool::OPTION, Context::shown(&input));
        let order = Order::new(artifact, template);
        let interrupts = Interrupts::listen().map_err(CliError::Runtime)?;
        Ok(Self { context, order, command, interrupts })
    }

    /// Where in the store everything happens.
    pub(super) const fn namespace(&self) -> &NamespaceId {
        &self.context.namespace
    }

    /// The command as a person reads it.
    pub(super) fn command(&self) -> &str {
        &self.command
    }

    /// Publishes a version of the tool.
    pub(super) async fn publish(&self, script: &str, why: &str) -> Result<Published, CliError> {
        let content = tool::content(script)?;
        self.context
            .with(Missing::Create, async |sternway| {
                let artifact = sternway.artifact(tool::ARTIFACT);
                Ok(artifact.publish(content).reason(why).await?)
            })
            .await
    }

    /// Makes a version live.
    pub(super) async fn promote(&self, version: VersionNumber) -> Result<Promoted, CliError> {
        self.context
            .with(Missing::Refuse, async |sternway| {
                Ok(sternway.artifact(tool::ARTIFACT).promote(version).await?)
            })
            .await
    }

    /// Runs what is live, as `exec` does, and keeps what it prints. Nothing if it was interrupted.
    pub(super) async fn run(&mut self) -> Result<Option<Run>, CliError> {
        let (mut reader, writer) = std::io::pipe().map_err(CliError::Runtime)?;
        let streams =
            Streams { stdin: Stdio::null(), stdout: writer.into(), stderr: Stderr::Hidden };
        let attempt = self.order.attempt(&self.context, streams, &mut self.interrupts).await;
        let Attempt { subject, ended, recorded, .. } = attempt.map_err(|err| match err {
            AttemptError::Before(err) => err,
            AttemptError::Run(err) => err.problem(),
        })?;
        if ended.was_interrupted() {
            return Ok(None);
        }
        let mut printed = String::new();
        // A tool that prints what is no text is not ours.
        reader.read_to_string(&mut printed).unwrap_or_default();
        Ok(Some(Run { subject, ended, recorded: recorded?, printed: printed.trim().into() }))
    }

    /// The script of a version.
    pub(super) async fn script(&self, version: VersionNumber) -> Result<String, CliError> {
        self.context
            .with(Missing::Refuse, async |sternway| {
                let artifact = sternway.artifact(tool::ARTIFACT);
                let version = artifact.version(&version.to_string()).await?;
                let content = artifact.content(&version).await?;
                Ok(content.as_text().ok_or(sternway::Error::NotText)?.to_owned())
            })
            .await
    }
}
