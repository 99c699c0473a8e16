//! The routers of a settings file: what shares requests out, and whose.
//!
//! A folder's file may name one, as it may name a store: nothing is run. What it is sent are commands about
//! map files; who does not answer to the first of them as `HAProxy` does is sent no other.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use sternway::{
    haproxy::{Address, Haproxy, KeptMaps, Layout},
    provider::TrafficRouter,
    types::{ArtifactId, EnvironmentId, NamespaceId},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Origin,
    error::SettingsError,
    file::{Scope, SettingsFile},
};
use crate::{error::nearest, format::visible};

/// The section that they stand in.
pub(super) const SECTION: &str = "routers";
/// What one takes.
const KEYS: [&str; 9] = [
    "haproxy",
    "maps",
    "backends",
    "headers",
    "artifacts",
    "environment",
    "environments",
    "namespace",
    "write_maps",
];
/// Where the map files lie if nothing is said.
const MAPS: &str = "/etc/haproxy/sternway";
/// How long a call may take. A store in a file is held meanwhile, and others wait for it.
const LIMIT: Duration = Duration::from_secs(1);
/// The namespace if nothing is said, which is that of the command line.
const NAMESPACE: &str = "default";

/// A router, and whose requests it shares out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RouterSetting {
    /// Where it is.
    pub(crate) address: Address,
    /// What its configuration and its drivers agree on.
    layout: Layout,
    /// Whether its map files are kept up to date.
    write_maps: bool,
    /// Of which artifacts. Not empty.
    pub(crate) artifacts: BTreeSet<ArtifactId>,
    /// In which environments. Not empty.
    pub(crate) environments: BTreeSet<EnvironmentId>,
    /// In which namespace.
    pub(crate) namespace: NamespaceId,
    /// Where it was set.
    pub(crate) origin: Origin,
}

/// Routers by name.
pub(crate) type RouterSettings = BTreeMap<String, RouterSetting>;

impl RouterSetting {
    /// The router. It is not asked anything yet.
    pub(crate) fn router(&self) -> Arc<dyn TrafficRouter> {
        let router = Haproxy::at(self.address.clone(), self.layout.clone()).with_limit(LIMIT);
        if self.write_maps { Arc::new(KeptMaps::of(router)) } else { Arc::new(router) }
    }

    /// What it is, in a few words.
    pub(crate) fn shown(&self) -> String {
        let words = |all: Vec<String>| all.join(", ");
        let artifacts = words(self.artifacts.iter().map(ToString::to_string).collect());
        let environments = words(self.environments.iter().map(ToString::to_string).collect());
        format!("HAProxy at {} for {artifacts} in {environments}", self.address)
    }
}

impl SettingsFile<'_> {
    /// Reads the routers.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] with the line and the column.
    pub(crate) fn routers(&self) -> Result<RouterSettings, SettingsError> {
        let table = self.table()?;
        let Some(section) = table.get_ref().get(SECTION) else { return Ok(BTreeMap::new()) };
        let all = section.get_ref().as_table();
        let all = all.ok_or_else(|| self.not_that(section, "expected a table"))?;
        let mut routers = BTreeMap::new();
        for (name, value) in all {
            let start = name.span().start;
            if !is_name(name.get_ref()) {
                let why = "a router is called by letters, digits, `-` and `_`";
                return Err(self.no_router(start, why));
            }
            let table = value.get_ref().as_table();
            let table = table.ok_or_else(|| self.not_that(value, "expected a table"))?;
            routers.insert(name.get_ref().to_string(), self.router(start, table)?);
        }
        Ok(routers)
    }

    fn router(&self, at: usize, table: &DeTable<'_>) -> Result<RouterSetting, SettingsError> {
        let unknown = |key: &&Spanned<_>| !KEYS.contains(&AsRef::<str>::as_ref(key.get_ref()));
        if let Some(key) = table.keys().find(unknown) {
            let near = nearest(key.get_ref(), KEYS.map(str::to_owned).into_iter());
            let near = near.map(|near| format!(": did you mean {near}?"));
            let (name, near) = (key.get_ref(), near.unwrap_or_default());
            let why = format!("a router has no {name}{near}");
            return Err(self.no_router(key.span().start, &why));
        }
        let address = self.read(table, "haproxy")?.ok_or_else(|| {
            let why = "it needs a haproxy = \"unix:/run/haproxy/sternway.sock\"";
            self.no_router(at, why)
        })?;
        let mut layout = match table.get("maps") {
            Some(value) => self.layout(value, Layout::new)?,
            None => Layout::new(MAPS).map_err(|err| self.no_router(at, &err.to_string()))?,
        };
        if let Some(value) = table.get("backends") {
            layout = self.layout(value, |pattern| layout.with_backends(pattern))?;
        }
        if let Some(value) = table.get("headers") {
            let names: BTreeSet<String> = self.read_all(table, "headers")?;
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let headers = layout.with_headers(&names);
            layout = headers.map_err(|err| self.not_that(value, &err.to_string()))?;
        }
        let write_maps = self.writes_maps(table)?;
        let artifacts = self.read_all(table, "artifacts")?;
        let mut environments: BTreeSet<EnvironmentId> = self.read_all(table, "environments")?;
        environments.extend(self.read(table, "environment")?);
        if artifacts.is_empty() || environments.is_empty() {
            let why = "it needs artifacts = [\"tools/search\"] and an environment = \"production\"";
            return Err(self.no_router(at, why));
        }
        let namespace = match self.read(table, "namespace")? {
            Some(namespace) => namespace,
            None => NAMESPACE.parse().map_err(|_| self.no_router(at, "it needs a namespace"))?,
        };
        let origin = Origin::File(self.path.into(), self.spot(at).line);
        Ok(RouterSetting {
            address,
            layout,
            write_maps,
            artifacts,
            environments,
            namespace,
            origin,
        })
    }

    /// Whether map files are kept. No folder says so for everybody who works in it, since they may lie anywhere.
    fn writes_maps(&self, table: &DeTable<'_>) -> Result<bool, SettingsError> {
        let Some(value) = table.get("write_maps") else { return Ok(false) };
        let expected = "expected true or false: whether drivers write map files";
        let writes = value.get_ref().as_bool().ok_or_else(|| self.not_that(value, expected))?;
        if writes && self.scope == Scope::Project {
            let why = "it may be said in one's own settings only: it has files written";
            return Err(self.not_that(value, why));
        }
        Ok(writes)
    }

    fn layout<E: std::fmt::Display>(
        &self,
        value: &Spanned<DeValue<'_>>,
        make: impl FnOnce(&str) -> Result<Layout, E>,
    ) -> Result<Layout, SettingsError> {
        make(self.word(value)?).map_err(|err| self.not_that(value, &err.to_string()))
    }

    /// A value, if it is there.
    fn read<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        table: &DeTable<'_>,
        key: &str,
    ) -> Result<Option<T>, SettingsError> {
        table.get(key).map(|value| self.parsed(value)).transpose()
    }

    /// Every value of a list, if it is there.
    fn read_all<T: std::str::FromStr<Err: std::fmt::Display> + Ord>(
        &self,
        table: &DeTable<'_>,
        key: &str,
    ) -> Result<BTreeSet<T>, SettingsError> {
        let Some(value) = table.get(key) else { return Ok(BTreeSet::new()) };
        let all = value.get_ref().as_array();
        let all = all.ok_or_else(|| self.not_that(value, "expected a list of texts"))?;
        all.iter().map(|value| self.parsed(value)).collect()
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<T, SettingsError> {
        self.word(value)?.parse().map_err(|err: T::Err| self.not_that(value, &err.to_string()))
    }

    fn word<'t>(&self, value: &'t Spanned<DeValue<'_>>) -> Result<&'t str, SettingsError> {
        value.get_ref().as_str().ok_or_else(|| self.not_that(value, "expected a text in quotes"))
    }

    fn not_that(&self, value: &Spanned<DeValue<'_>>, why: &str) -> SettingsError {
        self.no_router(value.span().start, why)
    }

    fn no_router(&self, byte: usize, why: &str) -> SettingsError {
        let why = visible::line(why).into_owned();
        SettingsError::Router { spot: self.spot(byte), why }
    }
}

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !name.is_empty() && name.len() <= 64 && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const EDGE: &str = "[routers.edge]\nhaproxy = 'unix:/run/h.sock'\n";

    fn parse(text: &str) -> Result<RouterSettings, String> {
        let file = SettingsFile { path: Path::new("sternway.toml"), scope: Scope::Project, text };
        file.routers().map_err(|err| err.to_string())
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let said = parse(text).unwrap_err();
        assert!(said.starts_with(&format!("sternway.toml, line {expected}")), "{said}");
    }

    #[test]
    fn a_router_is_an_address_and_what_it_is_for() {
        let text = format!("{EDGE}artifacts = ['tools/search']\nenvironment = 'production'\n");
        let all = parse(&text).unwrap();
        let edge = all.get("edge").unwrap();
        assert_eq!(edge.shown(), "HAProxy at /run/h.sock for tools/search in production");
        assert_eq!(edge.namespace.as_str(), "default");
        assert_eq!(edge.origin, Origin::File("sternway.toml".into(), 1));
        assert_eq!(edge.layout, Layout::new("/etc/haproxy/sternway").unwrap());
        let text = "routers.x = { haproxy = '127.0.0.1:9999', maps = '/m', backends = 'b{version}', \
                    artifacts = ['a/b', 'a/c'], environments = ['eu', 'us'], namespace = 'team' }";
        let all = parse(text).unwrap();
        let shown = all.values().map(RouterSetting::shown).collect::<Vec<_>>();
        assert_eq!(shown, ["HAProxy at 127.0.0.1:9999 for a/b, a/c in eu, us"]);
        let text =
            format!("{EDGE}headers = ['X-Preview']\nartifacts = ['a/b']\nenvironment = 'eu'\n");
        let edge = parse(&text).unwrap().remove("edge").unwrap();
        assert!(edge.router().goes_by("x-preview") && !edge.router().goes_by("x-other"));
        assert!(!edge.router().capabilities().survives_restart);
        let text = format!("{EDGE}write_maps = true\nartifacts = ['a/b']\nenvironment = 'eu'\n");
        let own = SettingsFile { path: Path::new("own"), scope: Scope::User, text: &text };
        let edge = own.routers().unwrap().remove("edge").unwrap();
        assert!(edge.router().capabilities().survives_restart);
        refused(&text, "3, column 14: it may be said in one's own settings only");
        assert_eq!(parse("actor = 'alice'"), Ok(BTreeMap::new()));
    }

    #[test]
    fn what_makes_no_sense_is_refused_where_it_stands() {
        refused("routers = 1", "1, column 11: expected a table");
        refused("routers.edge = 'x'", "1, column 16: expected a table");
        refused("[routers.'a b']\n", "1, column 10: a router is called by");
        refused("[routers.edge]\n", "1, column 10: it needs a haproxy");
        refused(EDGE, "1, column 10: it needs artifacts");
        refused(
            "[routers.edge]\nhaproxi = 'x'",
            "2, column 1: a router has no haproxi: did you mean haproxy?",
        );
        refused("[routers.edge]\nhaproxy = 'x'", "2, column 11: \"x\" is no address");
        refused("[routers.edge]\nhaproxy = 5", "2, column 11: expected a text in quotes");
        refused(&format!("{EDGE}maps = 'm'"), "3, column 8: \"m\" is no folder");
        refused(&format!("{EDGE}write_maps = 'yes'"), "3, column 14: expected true or false");
        refused(&format!("{EDGE}backends = 'b'"), "3, column 12: \"b\" does not name backends");
        refused(&format!("{EDGE}headers = ['x y']"), "3, column 11: \"x y\" is no attribute");
        refused(&format!("{EDGE}artifacts = 'a/b'"), "3, column 13: expected a list of texts");
        refused(&format!("{EDGE}artifacts = ['Ä']"), "3, column 14: ");
    }
}
