//! A command of the host that judges contents, run in a group of its own.
//!
//! Exit status 0 lets the content pass, and 1 does not: the end of what the command printed says
//! why. Every other end (another status, a signal, a limit of time) is no judgement. Limits: what
//! goes into a session of its own outlives the command, as any daemon does.

use std::{ffi::OsString, time::Duration};

use async_trait::async_trait;
use sternway::{
    provider::{Candidate, Unvalidated, Validator},
    types::Violation,
};

use super::{
    argv::Template,
    child::{Cut, Ended},
    copy::PrivateCopy,
    ending::end,
    hidden,
};
use crate::settings::validators::ValidatorSetting;

/// How much of the end of each stream is kept, in bytes.
const KEPT: usize = 3 * 1024;

/// A command that judges contents.
#[derive(Debug)]
pub(crate) struct CommandValidator {
    template: Template,
    timeout: Duration,
}

impl CommandValidator {
    /// Takes a command from the settings; nothing if it names none.
    pub(crate) fn new(setting: &ValidatorSetting) -> Option<Self> {
        let template = Template::new(setting.command.clone())?;
        Some(Self { template, timeout: setting.timeout })
    }

    async fn run(&self, candidate: Candidate<'_>) -> Result<(Ended, Vec<u8>), Unvalidated> {
        if candidate.content.as_tree().is_some() {
            let why = "it is a folder, and a command gets one file: check its files before it is \
                       published";
            return Err(Unvalidated::new(why));
        }
        let copy = PrivateCopy::write_file(candidate.artifact, candidate.content);
        let copy = copy.map_err(|err| {
            Unvalidated::new(format!("the content cannot be written to a file: {err}"))
        })?;
        let variables = vec![
            ("STERNWAY_ARTIFACT", OsString::from(candidate.artifact.to_string())),
            ("STERNWAY_FILE", copy.place().file.clone().unwrap_or_default().into()),
        ];
        let argv = self.template.fill_place(copy.place());
        hidden::run(argv, variables, self.timeout).await.map_err(Unvalidated::new)
    }
}

#[async_trait]
impl Validator for CommandValidator {
    fn identity(&self) -> String {
        self.template.quoted()
    }

    async fn validate(&self, candidate: Candidate<'_>) -> Result<Vec<Violation>, Unvalidated> {
        let (ended, stdout) = self.run(candidate).await?;
        let command = self.template.quoted();
        match (ended.cut, ended.status.code()) {
            (Some(Cut::TimedOut(limit)), _) => {
                Err(Unvalidated::new(format!("{command} was still running after {limit:?}")))
            }
            (Some(Cut::Interrupted(_)), _) => {
                Err(Unvalidated::new(format!("{command} was interrupted")))
            }
            (None, Some(0)) => Ok(Vec::new()),
            (None, Some(1)) => Ok(vec![Violation::whole(said(&stdout, &ended))]),
            (None, _) => {
                let (how, said) = (end(ended.status), said(&stdout, &ended));
                Err(Unvalidated::new(format!("{command} ended with {how}: {said}")))
            }
        }
    }
}

/// The end of what a command printed, or how it ended if it said nothing.
pub(super) fn said(stdout: &[u8], ended: &Ended) -> String {
    let parts: Vec<String> =
        [stdout, &ended.stderr].iter().map(|said| tail(said)).filter(|it| !it.is_empty()).collect();
    if parts.is_empty() { end(ended.status) } else { parts.join("\n") }
}

/// The end of a text that may be cut anywhere.
fn tail(said: &[u8]) -> String {
    let cut = said.len().saturating_sub(KEPT);
    let text = String::from_utf8_lossy(said.get(cut..).unwrap_or_default());
    let text = text.trim();
    if cut == 0 { text.to_owned() } else { format!("…{text}") }
}
