//! The health checks of one's own settings file: what the plans of deployments may ask for by name, and
//! never say themselves.

use std::{collections::BTreeMap, ffi::OsString, time::Duration};

use sternway::types::ProbeId;
use toml::{Spanned, de::DeValue};

use super::{
    error::SettingsError,
    file::{Scope, SettingsFile},
};

/// The section that they stand in.
pub(super) const SECTION: &str = "health";
/// How long one try may take if nothing is said.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often it is tried again if nothing is said.
const RETRIES: u32 = 2;
/// How often it is tried again at most.
const MOST_RETRIES: i64 = 10;

/// What says whether all is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// A command: exit status 0 is well, and any other is not.
    Command(Vec<OsString>),
    /// An address that takes connections: a host and a port.
    Tcp(String),
}

/// A health check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HealthSetting {
    /// What is asked.
    pub(crate) check: Check,
    /// How long one try may take.
    pub(crate) timeout: Duration,
    /// How often it is tried again before it is not well.
    pub(crate) retries: u32,
}

/// Health checks by name.
pub(crate) type HealthSettings = BTreeMap<ProbeId, HealthSetting>;

type Member<'a> = (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>);

impl SettingsFile<'_> {
    /// Reads the health checks.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] with the line and the column, also if there are any where a folder would
    /// have commands run for everybody who works in it.
    pub(crate) fn health(&self) -> Result<HealthSettings, SettingsError> {
        let table = self.table()?;
        let Some((name, section)) = table.get_ref().get_key_value(SECTION) else {
            return Ok(BTreeMap::new());
        };
        if self.scope == Scope::Project {
            let (spot, what) = (self.spot(name.span().start), "health checks");
            return Err(SettingsError::PersonalCommands { spot, what });
        }
        let all = section.get_ref().as_table();
        let all = all.ok_or_else(|| self.wrong(section, "expected a table"))?;
        all.iter().map(|member| self.health_check(member)).collect()
    }

    fn health_check(
        &self,
        (name, value): Member<'_>,
    ) -> Result<(ProbeId, HealthSetting), SettingsError> {
        let id: Result<ProbeId, _> = name.get_ref().parse();
        let id = id.map_err(|err| self.refused(name.span().start, &err.to_string()))?;
        let table = value.get_ref().as_table();
        let table = table.ok_or_else(|| self.wrong(value, "expected a table with a command"))?;
        let (mut check, mut timeout, mut retries) = (None, TIMEOUT, RETRIES);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "command" | "tcp" if check.is_some() => {
                    let why = "it has a command or a tcp, and not both";
                    return Err(self.refused(key.span().start, why));
                }
                "command" => check = Some(Check::Command(self.command(value)?)),
                "tcp" => check = Some(Check::Tcp(self.host_and_port(value)?)),
                "timeout" => timeout = self.timeout(value)?,
                "retries" => retries = self.retries(value)?,
                other => {
                    let why = format!(
                        "there is no {other} here: only command or tcp, timeout and retries"
                    );
                    return Err(self.refused(key.span().start, &why));
                }
            }
        }
        let check = check.ok_or_else(|| {
            self.wrong(value, "it needs a command = [\"…\"], or a tcp = \"host:port\"")
        })?;
        Ok((id, HealthSetting { check, timeout, retries }))
    }

    fn host_and_port(&self, value: &Spanned<DeValue<'_>>) -> Result<String, SettingsError> {
        let address = value.get_ref().as_str().filter(|text| {
            text.rsplit_once(':')
                .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
        });
        let address = address.map(str::to_owned);
        address.ok_or_else(|| self.wrong(value, "expected a text such as \"127.0.0.1:8080\""))
    }

    fn retries(&self, value: &Spanned<DeValue<'_>>) -> Result<u32, SettingsError> {
        let number = value.get_ref().as_integer();
        let number = number.and_then(|it| i64::from_str_radix(it.as_str(), it.radix()).ok());
        let number = number.filter(|it| (0..=MOST_RETRIES).contains(it));
        let number = number.and_then(|it| u32::try_from(it).ok());
        number.ok_or_else(|| self.wrong(value, "expected a number from 0 to 10"))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(scope: Scope, text: &str) -> Result<HealthSettings, String> {
        let file = SettingsFile { path: Path::new("home/config.toml"), scope, text };
        file.health().map_err(|err| err.to_string())
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let said = parse(Scope::User, text).unwrap_err();
        assert!(said.starts_with(&format!("home/config.toml, line {expected}")), "{said}");
    }

    #[test]
    fn a_health_check_is_a_command_or_an_address() {
        let text = "[health.ready]\ncommand = ['curl', '--fail', 'http://app/ready']\n\
                    timeout = '3s'\nretries = 0\n[health.port]\ntcp = 'app:8080'\n";
        let all = parse(Scope::User, text).unwrap();
        let of = |name: &str| all.get(&name.parse().unwrap()).unwrap().clone();
        let ready = of("ready");
        let words = ["curl", "--fail", "http://app/ready"].map(OsString::from).to_vec();
        assert_eq!(ready.check, Check::Command(words));
        assert_eq!((ready.timeout, ready.retries), (Duration::from_secs(3), 0));
        let port = of("port");
        assert_eq!(port.check, Check::Tcp("app:8080".into()));
        assert_eq!((port.timeout, port.retries), (TIMEOUT, RETRIES));
    }

    #[test]
    fn a_folder_runs_no_command_for_who_deploys_from_it() {
        let said = parse(Scope::Project, "\nhealth.ready.command = ['x']").unwrap_err();
        let begins = "home/config.toml, line 2, column 1: health checks are commands";
        assert!(said.starts_with(begins), "{said}");
    }

    #[test]
    fn what_makes_no_sense_is_refused_where_it_stands() {
        refused("health = 1", "1, column 10: expected a table");
        refused("health.x = 'y'", "1, column 12: expected a table with a command");
        refused("[health.x]\ntimeout = '1s'", "1, column 1: it needs a command");
        refused("[health.x]\ntcp = 'app'", "2, column 7: expected a text such as");
        refused(
            "[health.x]\ntcp = 'a:1'\ncommand = ['y']",
            "2, column 1: it has a command or a tcp",
        );
        refused("[health.x]\ntcp = 'a:1'\nretries = 11", "3, column 11: expected a number");
        refused("[health.x]\nhttp = 'y'", "2, column 1: there is no http here");
    }
}
