//! The health checks of the settings. Those of the host itself are made here: a command in a group of its
//! own, or an address that takes connections.
//!
//! A command says by exit status 0 that all is well and by any other that it is not, as one does that says
//! nothing in time; the end of what it printed says why. One that could not be run says nothing, and is run
//! again later.

use std::{ffi::OsString, sync::Arc, time::Duration};

use async_trait::async_trait;
use sternway::{
    provider::{Health, HealthProbe, Unprobed},
    types::{Deployment, Member, ProbeId, Weight},
};
use sternway_health::{Folded, Retried};

use super::{argv::Argv, child::Cut, ending::end, hidden, validator::said};
use crate::settings::health::{Check, HealthSettings};

/// The check of this name, with its retries; nothing if there is none.
pub(crate) fn probe_of(all: &HealthSettings, name: &ProbeId) -> Option<Arc<dyn HealthProbe>> {
    let setting = all.get(name)?;
    let limit = setting.timeout;
    let once: Arc<dyn HealthProbe> = match &setting.check {
        Check::Command(words) => Arc::new(CommandProbe { words: words.clone(), limit }),
        Check::Tcp(address) => Arc::new(TcpProbe { address: address.clone(), limit }),
        Check::Remote(probe) => Arc::clone(probe),
        Check::Fold(fold, names) => {
            let named = names.iter().map(|name| Some((name.clone(), probe_of(all, name)?)));
            return Some(Arc::new(Folded::new(*fold, named.collect::<Option<_>>()?)));
        }
    };
    Some(Arc::new(Retried::new(once, setting.retries)))
}

/// An address that takes connections.
#[derive(Debug)]
struct TcpProbe {
    address: String,
    limit: Duration,
}

#[async_trait]
impl HealthProbe for TcpProbe {
    async fn probe(&self, _: &Deployment) -> Result<Health, Unprobed> {
        let Self { address, limit } = self;
        let connected = tokio::net::TcpStream::connect(address);
        Ok(match tokio::time::timeout(*limit, connected).await {
            Ok(Ok(_)) => Health::Well,
            Ok(Err(err)) => Health::Unwell(format!("{address} takes no connection: {err}")),
            Err(_) => Health::Unwell(format!("{address} took no connection within {limit:?}")),
        })
    }
}

/// A command that says by its exit status how it is.
#[derive(Debug)]
struct CommandProbe {
    words: Vec<OsString>,
    limit: Duration,
}

#[async_trait]
impl HealthProbe for CommandProbe {
    async fn probe(&self, of: &Deployment) -> Result<Health, Unprobed> {
        let argv =
            Argv::verbatim(&self.words).ok_or_else(|| Unprobed::new("the command is empty"))?;
        let command = argv.quoted();
        let (ended, printed) = hidden::run(argv, variables(of), self.limit)
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
        variables.push(("STERNWAY_VERSION", of.candidate_of(member).get().to_string().into()));
    }
    variables.push(("STERNWAY_CANDIDATES", candidates(of).join(" ").into()));
    variables
}

/// Everything that may go live, as references. No name has a blank in it.
fn candidates(of: &Deployment) -> Vec<String> {
    let of_member = |member: &Member| {
        let versions = of.in_running().filter_map(|place| member.candidate(place));
        versions.map(|version| format!("{}@{version}", member.artifact)).collect::<Vec<_>>()
    };
    of.members.iter().flat_map(of_member).collect()
}
