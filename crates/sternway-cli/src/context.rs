//! What is the same for every command: where the store is, who acts, how answers are printed.

use std::{
    env,
    num::NonZeroU16,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sternway::{
    control::{Intent, deploy::Probes, validate::Validators},
    provider::{Clock, Ids as _, RandomIds, SystemClock},
    types::{Actor, ChangesetId, EnvironmentId, NamespaceId, Reason, Timestamp},
};

use crate::{
    cli::{Globals, Output},
    command::{CommandValidator, probe_of},
    console::Console,
    format::shell,
    input::moment::Moment,
    place::Place,
    settings::{Origin, Settings, key::Key},
};

/// What every command is given.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The folder that was named to start in, if one was.
    pub(crate) directory: Option<PathBuf>,
    /// The store that was named, if one was.
    pub(crate) place: Option<Place>,
    /// The namespace to work in.
    pub(crate) namespace: NamespaceId,
    /// The environment to work in.
    pub(crate) environment: EnvironmentId,
    /// When to look, if not now.
    pub(crate) at: Option<Moment>,
    /// Who acts.
    pub(crate) actor: Actor,
    /// What the operation is called, if it is to be done once.
    pub(crate) once: Option<ChangesetId>,
    /// How answers are printed.
    pub(crate) output: Output,
    /// Whether nothing may be written.
    pub(crate) dry_run: bool,
    /// How long to wait while another process holds the store.
    pub(crate) lock_timeout: Duration,
    /// How many sessions a store in a database has at most.
    pub(crate) pool_size: NonZeroU16,
    /// Where each of these was set.
    pub(crate) settings: Settings,
    /// What this process is called as a driver of deployments.
    pub(crate) driver: ChangesetId,
    /// Where answers are printed.
    pub(crate) console: Console,
}

impl Context {
    /// Takes the flags that every command takes, and where their values come from.
    pub(crate) fn new(
        globals: Globals,
        once: Option<ChangesetId>,
        settings: Settings,
        console: Console,
    ) -> Self {
        let output = globals.output();
        Self {
            directory: globals.directory,
            place: globals.store,
            namespace: globals.namespace,
            environment: globals.environment,
            at: globals.at,
            actor: globals.actor.unwrap_or_else(user),
            once,
            output,
            dry_run: globals.dry_run,
            lock_timeout: globals.lock_timeout,
            pool_size: globals.pool_size,
            settings,
            driver: RandomIds.changeset(),
            console,
        }
    }

    /// Who acts, and why.
    pub(crate) fn intent(&self, reason: Reason) -> Intent {
        let intent = Intent::by(self.actor.clone()).because(reason);
        match self.once {
            Some(id) => intent.once(id),
            None => intent,
        }
    }

    /// The validators of whoever publishes, by the names that policies ask for them.
    pub(crate) fn validators(&self) -> Validators {
        let mut all = Validators::default();
        for (name, setting) in &self.settings.validators {
            if let Some(validator) = CommandValidator::new(setting) {
                all = all.with(name.clone(), Arc::new(validator));
            }
        }
        all
    }

    /// The health checks of whoever drives, by the names that plans ask for them.
    pub(crate) fn probes(&self) -> Probes {
        let settings = &self.settings.health;
        let named = settings.keys().filter_map(|name| Some((name, probe_of(settings, name)?)));
        named.fold(Probes::default(), |all, (name, probe)| all.with(name.clone(), probe))
    }

    /// What stands before what happened, if it did not happen.
    pub(crate) const fn would(&self) -> &'static str {
        if self.dry_run { "would be " } else { "" }
    }

    /// The store that was named by a flag or its variable, if one was.
    pub(crate) fn named_place(&self) -> Option<&Place> {
        self.place.as_ref().filter(|_| self.settings.is_typed(Key::StoreUrl))
    }

    /// The flags that a command to type next needs in order to mean the same.
    pub(crate) fn flags(&self) -> String {
        let typed = |key| self.settings.is_typed(key);
        let namespace = typed(Key::Namespace).then(|| format!(" --namespace {}", self.namespace));
        let environment = typed(Key::Environment).then(|| format!(" -e {}", self.environment));
        let quoted = |path: &Path| shell::quoted(path.as_os_str());
        let directory = self.directory.as_deref().map(|it| format!(" -C {}", quoted(it)));
        let store = self.named_place().and_then(|place| self.store_flag(place));
        [directory, store, namespace, environment].into_iter().flatten().collect()
    }

    /// The flag that leads to a store. What a variable says of a database is left to the variable,
    /// since a password is not printed.
    pub(crate) fn store_flag(&self, place: &Place) -> Option<String> {
        let origin = self.settings.of(Key::StoreUrl).map(|setting| &setting.origin);
        match (place, origin) {
            (Place::Database(_), Some(Origin::Variable(_))) => None,
            _ => Some(format!(" --store {}", shell::quoted(&place.name()))),
        }
    }

    /// The same, in another namespace.
    pub(crate) fn within(&self, namespace: NamespaceId) -> Self {
        Self { namespace, ..self.clone() }
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    /// A path as it is shown: without the way to the present folder.
    pub(crate) fn shown(path: &Path) -> String {
        let here = env::current_dir().unwrap_or_default();
        let path = path.strip_prefix(here).unwrap_or(path);
        crate::format::visible::line(&path.display().to_string()).into_owned()
    }
}

/// The person at the keyboard, as far as the system knows.
pub(crate) fn user() -> Actor {
    let names = ["USER", "LOGNAME", "USERNAME"].iter().filter_map(|name| env::var(name).ok());
    let known = names.into_iter().find_map(|name| format!("human:{name}").parse().ok());
    known.or_else(|| "human:unknown".parse().ok()).unwrap_or_else(Actor::sternway)
}
