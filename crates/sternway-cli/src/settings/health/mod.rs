//! The health checks of one's own settings file: what the plans of deployments may ask for by name, and
//! never say themselves.
//!
//! What each one is stands under one key of [`KINDS`]. [`remote`] reads those that ask by a network, and
//! [`fold`] those that are several others.

mod fold;
mod remote;

use std::{collections::BTreeMap, ffi::OsString, sync::Arc, time::Duration};

use sternway::{provider::HealthProbe, types::ProbeId};
use sternway_health::Fold;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    error::SettingsError,
    file::{Scope, SettingsFile},
};
use crate::{error::nearest, format::shell};

/// The section that they stand in.
pub(super) const SECTION: &str = "health";
/// How long one try may take if nothing is said anywhere.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);
/// How often it is tried again if nothing is said.
const RETRIES: u32 = 2;
/// How often it is tried again at most.
const MOST_RETRIES: i64 = 10;
/// What one can be, and what may be said beside it.
const KINDS: [(&str, &[&str]); 7] = [
    ("command", &["timeout", "retries"]),
    ("tcp", &["timeout", "retries"]),
    ("http", &["method", "status", "expect", "headers", "send", "wait", "timeout", "retries"]),
    ("prometheus", &["query", "above", "below", "headers", "timeout", "retries"]),
    ("sql", &["database", "timeout", "retries"]),
    ("all", &[]),
    ("any", &[]),
];

/// What says whether all is well.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    /// A command: exit status 0 is well, and any other is not.
    Command(Vec<OsString>),
    /// An address that takes connections: a host and a port.
    Tcp(String),
    /// Somebody who is asked by a network.
    Remote(Arc<dyn HealthProbe>),
    /// Other checks. Each of them is there, and none is this one in the end.
    Fold(Fold, Vec<ProbeId>),
}

/// A health check.
#[derive(Clone, Debug)]
pub(crate) struct HealthSetting {
    /// What is asked.
    pub(crate) check: Check,
    /// The key that says what is asked.
    pub(crate) kind: &'static str,
    /// What is asked, as it is shown.
    pub(crate) shown: String,
    /// How long one try may take.
    pub(crate) timeout: Duration,
    /// How often it is tried again before it is not well.
    pub(crate) retries: u32,
}

impl HealthSetting {
    /// How long one try may take, in milliseconds; nothing for what is several others.
    pub(crate) fn limit_ms(&self) -> Option<u64> {
        match self.check {
            Check::Command(_) | Check::Tcp(_) | Check::Remote(_) => {
                u64::try_from(self.timeout.as_millis()).ok()
            }
            Check::Fold(..) => None,
        }
    }
}

/// Health checks by name.
pub(crate) type HealthSettings = BTreeMap<ProbeId, HealthSetting>;

type Member<'a> = (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>);

impl SettingsFile<'_> {
    /// Reads the health checks. Those that say nothing of it have so much time for one try.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] with the line and the column, also if there are any where a folder would
    /// have commands run for everybody who works in it.
    pub(crate) fn health(&self, timeout: Duration) -> Result<HealthSettings, SettingsError> {
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
        let found = all.iter().map(|member| self.health_check(member, timeout));
        let found = found.collect::<Result<_, _>>()?;
        self.check_folds(all, &found)?;
        Ok(found)
    }

    fn health_check(
        &self,
        (name, value): Member<'_>,
        timeout: Duration,
    ) -> Result<(ProbeId, HealthSetting), SettingsError> {
        let id: Result<ProbeId, _> = name.get_ref().parse();
        let id = id.map_err(|err| self.refused(name.span().start, &err.to_string()))?;
        let table = value.get_ref().as_table();
        let table = table.ok_or_else(|| self.wrong(value, "expected a table with a command"))?;
        let (kind, what) = self.kind(value, table)?;
        let timeout = match table.get("timeout") {
            Some(value) => self.timeout(value)?,
            None => timeout,
        };
        let retries = match table.get("retries") {
            Some(value) => self.retries(value)?,
            None => RETRIES,
        };
        let (check, shown) = self.check(kind, table, what, timeout)?;
        Ok((id, HealthSetting { check, kind, shown, timeout, retries }))
    }

    /// What it is, and what that key holds; a key that does not fit to it is refused.
    fn kind<'t>(
        &self,
        value: &Spanned<DeValue<'_>>,
        table: &'t DeTable<'_>,
    ) -> Result<(&'static str, &'t Spanned<DeValue<'t>>), SettingsError> {
        let named = |key: &str| KINDS.into_iter().find(|(kind, _)| *kind == key);
        let mut kinds =
            table.iter().filter_map(|(key, value)| Some((named(key.get_ref())?, value)));
        let Some(((kind, beside), what)) = kinds.next() else {
            return Err(self.no_kind(value, table));
        };
        for key in table.keys().filter(|key| key.get_ref() != kind) {
            let name = key.get_ref().as_ref();
            if named(name).is_some() {
                let why = format!("it has a {kind} or a {name}, and not both: see all and any");
                return Err(self.refused(key.span().start, &why));
            }
            if !beside.contains(&name) {
                let near = nearest(name, beside.iter().map(|&known| known.to_owned()));
                let near = near.map(|near| format!(": did you mean {near}?")).unwrap_or_default();
                let why = format!("there is no {name} beside {kind}{near}");
                return Err(self.refused(key.span().start, &why));
            }
        }
        Ok((kind, what))
    }

    /// Nothing in it says what it is.
    fn no_kind(&self, value: &Spanned<DeValue<'_>>, table: &DeTable<'_>) -> SettingsError {
        let kinds = || KINDS.into_iter().map(|(kind, _)| kind.to_owned());
        let is_beside = |key: &str| KINDS.iter().any(|(_, beside)| beside.contains(&key));
        let others = table.keys().filter(|key| !is_beside(key.get_ref()));
        let slip = others.filter_map(|key| Some((key, nearest(key.get_ref(), kinds())?))).next();
        if let Some((key, near)) = slip {
            let why = format!("there is no {} here: did you mean {near}?", key.get_ref());
            return self.refused(key.span().start, &why);
        }
        let kinds = kinds().collect::<Vec<_>>().join(", ");
        self.wrong(value, &format!("it needs a command = [\"…\"], or another of {kinds}"))
    }

    /// What is asked, and how it is shown.
    fn check(
        &self,
        kind: &'static str,
        table: &DeTable<'_>,
        what: &Spanned<DeValue<'_>>,
        timeout: Duration,
    ) -> Result<(Check, String), SettingsError> {
        Ok(match kind {
            "command" => {
                let words = self.command(what)?;
                let quoted: Vec<_> = words.iter().map(|word| shell::quoted(word)).collect();
                (Check::Command(words), quoted.join(" "))
            }
            "tcp" => {
                let address = self.host_and_port(what)?;
                (Check::Tcp(address.clone()), address)
            }
            "http" => self.http(table, what, timeout)?,
            "prometheus" => self.prometheus(table, what, timeout)?,
            "sql" => self.sql(table, what, timeout)?,
            kind => {
                let fold = if kind == "all" { Fold::All } else { Fold::Any };
                let names = self.names(what)?;
                let shown: Vec<_> = names.iter().map(ToString::to_string).collect();
                (Check::Fold(fold, names), shown.join(", "))
            }
        })
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

    pub(super) fn parse(scope: Scope, text: &str) -> Result<HealthSettings, String> {
        let file = SettingsFile { path: Path::new("home/config.toml"), scope, text };
        file.health(TIMEOUT).map_err(|err| err.to_string())
    }

    #[track_caller]
    pub(super) fn refused(text: &str, expected: &str) {
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
        assert!(matches!(ready.check, Check::Command(words) if words.len() == 3));
        assert_eq!((ready.kind, ready.shown.as_str()), ("command", "curl --fail http://app/ready"));
        assert_eq!((ready.timeout, ready.retries), (Duration::from_secs(3), 0));
        let port = of("port");
        assert!(matches!(port.check, Check::Tcp(address) if address == "app:8080"));
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
        refused("[health.x]\nhtpp = 'y'", "2, column 1: there is no htpp here: did you mean http?");
        refused(
            "[health.x]\ntcp = 'a:1'\nretires = 1",
            "3, column 1: there is no retires beside tcp: did you mean retries?",
        );
        refused(
            "[health.x]\nall = ['y']\ntimeout = '1s'",
            "3, column 1: there is no timeout beside all",
        );
    }
}
