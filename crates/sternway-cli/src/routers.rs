//! The routers of the settings, for what moves what is live.

use sternway::{
    Sternway,
    control::deploy::{Routers, Unrouted},
};

use crate::{
    context::Context,
    error::CliError,
    format::visible,
    place::{self, Found},
    render::style,
    settings::{Origin, key::Key, routers::RouterSetting},
};

impl Context {
    /// The routers that follow the store in a place: those of its namespace, and none if nothing may be
    /// written. None is asked anything yet.
    pub(crate) fn routers(&self, found: &Found) -> Routers {
        let mut all = Routers::default();
        if self.dry_run || self.at.is_some() || !self.is_routed(found) {
            return all;
        }
        for (_, setting) in self.own_routers() {
            for environment in &setting.environments {
                let (environment, artifacts) = (environment.clone(), setting.artifacts.clone());
                all = all.with_only(environment, artifacts, setting.router());
            }
        }
        all
    }

    /// The routers of the namespace, with their names.
    pub(crate) fn own_routers(&self) -> impl Iterator<Item = (&str, &RouterSetting)> {
        let all = self.settings.routers.iter();
        all.filter(|(_, it)| it.namespace == self.namespace).map(|(name, it)| (name.as_str(), it))
    }

    /// Whether a store is the one of the settings: requests are not shared out by one that is only tried.
    pub(crate) fn is_routed(&self, found: &Found) -> bool {
        let by = self.settings.of(Key::StoreUrl).map(|setting| &setting.origin);
        !matches!(by, Some(Origin::Flag(_))) && *found == place::find(self.place.as_ref())
    }

    /// Says which routers do not follow yet. What was moved stays so.
    pub(crate) fn say_untold(&self, sternway: &Sternway) {
        for Unrouted { artifact, environment, trouble } in sternway.control().take_untold() {
            let Some(trouble) = trouble else { continue };
            let why = CliError::from(trouble).chain().join(": ");
            let (warning, why) = (style::paint(style::WAITING, "warning:"), visible::line(&why));
            self.console.complain(&format!(
                "{warning} {artifact} was moved in {environment}, and its router does not follow yet: {why}; \
                 `sternway{flags} supervise` has it follow; next: sternway{flags} doctor",
                flags = self.flags(),
            ));
        }
    }
}
