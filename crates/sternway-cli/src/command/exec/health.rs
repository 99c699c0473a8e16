//! The health checks of the host: a command in a group of its own, or an address that takes connections.
//!
//! A command says by exit status 0 that all is well and by any other that it is not, as one does that says
//! nothing in time; the end of what it printed says why. One that could not be run says nothing, and is run
//! again later.

use std::{ffi::OsString, time::Duration};

use async_trait::async_trait;
use sternway::{
    provider::{Health, HealthProbe, Unprobed},
    types::{Deployment, Weight},
};

use super::{argv::Argv, child::Cut, ending::end, hidden, validator::said};
use crate::{
    open::pause,
    settings::health::{Check, HealthSetting},
};

/// How long after a try the next one is made; twice as long after the next one.
const BETWEEN: Duration = Duration::from_millis(500);

/// A health check of the settings.
#[derive(Debug)]
pub(crate) struct HostProbe {
    setting: HealthSetting,
}

impl HostProbe {
    pub(crate) const fn new(setting: HealthSetting) -> Self {
        Self { setting }
    }

    async fn once(&self, of: &Deployment) -> Result<Health, Unprobed> {
        match &self.setting.check {
            Check::Command(words) => self.run(words, of).await,
            Check::Tcp(address) => Ok(self.connect(address).await),
        }
    }

    async fn connect(&self, address: &str) -> Health {
        let connected =
            tokio::time::timeout(self.setting.timeout, tokio::net::TcpStream::connect(address));
        match connected.await {
            Ok(Ok(_)) => Health::Well,
            Ok(Err(err)) => Health::Unwell(format!("{address} takes no connection: {err}")),
            Err(_) => {
                let limit = self.setting.timeout;
                Health::Unwell(format!("{address} took no connection within {limit:?}"))
            }
        }
    }

    async fn run(&self, words: &[OsString], of: &Deployment) -> Result<Health, Unprobed> {
        let argv = Argv::verbatim(words).ok_or_else(|| Unprobed::new("the command is empty"))?;
        let command = argv.quoted();
        let (ended, printed) = hidden::run(argv, variables(of), self.setting.timeout)
            .await
            .map_err(|why| Unprobed::new(format!("{command}: {why}")))?;
        match (ended.cut, ended.status.code()) {
            (Some(Cut::TimedOut(limit)), _) => {
                Ok(Health::Unwell(format!("{command} was still running after {limit:?}")))
            }
            (Some(Cut::Interrupted(_)), _) => {
                Err(Unprobed::new(format!("{command} was interrupted")))
            }
            (None, Some(0)) => Ok(Health::Well),
            (None, Some(_)) => Ok(Health::Unwell(said(&printed, &ended))),
            (None, None) => {
                let (how, said) = (end(ended.status), said(&printed, &ended));
                Err(Unprobed::new(format!("{command} ended with {how}: {said}")))
            }
        }
    }
}

/// What a command is told of what it is asked about.
fn variables(of: &Deployment) -> Vec<(&'static str, OsString)> {
    let mut variables = vec![
        ("STERNWAY_ENVIRONMENT", of.environment.to_string().into()),
        ("STERNWAY_DEPLOYMENT", of.id.to_string().into()),
        ("STERNWAY_STEP", of.step.to_string().into()),
        ("STERNWAY_LIVE", OsString::from(if of.weight == Weight::ALL { "1" } else { "0" })),
    ];
    if let Some(member) = of.members.first() {
        variables.push(("STERNWAY_ARTIFACT", member.artifact.to_string().into()));
        variables.push(("STERNWAY_VERSION", member.to.get().to_string().into()));
    }
    variables
}

#[async_trait]
impl HealthProbe for HostProbe {
    /// It is well if one of the tries says so; if none does, the last one has said why.
    async fn probe(&self, of: &Deployment) -> Result<Health, Unprobed> {
        let mut wait = BETWEEN;
        for _ in 0..self.setting.retries {
            if let Ok(Health::Well) = self.once(of).await {
                return Ok(Health::Well);
            }
            pause(wait).await;
            wait = wait.saturating_mul(2);
        }
        self.once(of).await
    }
}
